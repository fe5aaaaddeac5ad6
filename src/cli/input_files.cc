#include "cli/input_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "capture/open.h"

namespace deadpeer::cli {
namespace {

// Reports, temporary files, a ruleset, what libraries keep open.
constexpr std::size_t kSpareDescriptors = 64;

// How many of `inputs` can be open at once, the limit raised if that helps. Who set a very low one had a
// reason.
std::size_t make_room(std::size_t inputs) {
    rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= kSpareDescriptors) return 0;
    const rlim_t wanted = inputs + kSpareDescriptors;
    if (limit.rlim_cur < wanted) {
        const rlimit as_root = {wanted, std::max(wanted, limit.rlim_max)};
        const rlimit as_allowed = {std::min(wanted, limit.rlim_max), limit.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &as_root) != 0) ::setrlimit(RLIMIT_NOFILE, &as_allowed);
        ::getrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur - kSpareDescriptors;
}

}  // namespace

InputFiles::InputFiles(const std::vector<InputName>& names) {
    const std::size_t room = make_room(names.size());
    std::map<std::pair<dev_t, ino_t>, const InputName*> seen;
    for (const InputName& name : names) {
        Input input = {name};
        struct stat info = {};
        const bool known = name.path != "-" && ::stat(name.path.c_str(), &info) == 0;
        if (known && (S_ISREG(info.st_mode) || S_ISFIFO(info.st_mode))) {
            const auto [first, fresh] = seen.try_emplace({info.st_dev, info.st_ino}, &name);
            if (!fresh) {
                if (++repetitions_ == 1) {
                    repeated_ = fmt::format("{} is the same file as {}", name.path, first->second->path);
                }
                continue;
            }
            input.regular = S_ISREG(info.st_mode);
        }
        if (name.refusal.empty()) {
            input.late = inputs_.size() >= room;
            const Result<int> opened = input.late ? Result<int>(-1) : open_input(name.path);
            if (opened) input.descriptor = opened.value();
            if (!opened) input.name.refusal = opened.error().message;
        }
        inputs_.push_back(std::move(input));
    }
}

InputFiles::~InputFiles() {
    for (const Input& input : inputs_) {
        if (input.descriptor > STDERR_FILENO) ::close(input.descriptor);
    }
}

bool InputFiles::is_pipe(std::size_t place) const {
    struct stat info = {};
    const int descriptor = inputs_[place].descriptor;
    return descriptor >= 0 && ::fstat(descriptor, &info) == 0 &&
           (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
}

Result<int> InputFiles::take(std::size_t place) {
    Input& input = inputs_[place];
    if (!input.name.refusal.empty()) return Error{input.name.refusal};
    if (input.late) return open_input(input.name.path);
    // A copy shares its place in the file, which moves where the file cannot be mapped.
    if (input.regular) ::lseek(input.descriptor, 0, SEEK_SET);
    if (input.regular && keeps_open_) return borrow(place);
    return std::exchange(input.descriptor, -1);
}

Result<int> InputFiles::take_again(std::size_t place) const {
    const Input& input = inputs_[place];
    if (!input.late && input.descriptor >= 0) ::lseek(input.descriptor, 0, SEEK_SET);
    return borrow(place);
}

Result<int> InputFiles::borrow(std::size_t place) const {
    const Input& input = inputs_[place];
    if (!input.name.refusal.empty()) return Error{input.name.refusal};
    if (input.late) return open_input(input.name.path);
    const int copy = ::fcntl(input.descriptor, F_DUPFD_CLOEXEC, 0);
    return copy >= 0 ? Result<int>(copy) : Error{fmt::format("cannot open {} twice", input.name.path)};
}

std::string InputFiles::repeated() const {
    if (repetitions_ == 0) return {};
    const std::string more =
        repetitions_ == 1 ? std::string() : fmt::format(" (and {} more)", repetitions_ - 1);
    return fmt::format("{}{}: it is read once", repeated_, more);
}

std::string InputFiles::stream() const {
    for (std::size_t i = 0; i < size(); ++i) {
        if (is_stream(i)) return path(i);
    }
    return {};
}

std::vector<std::string> InputFiles::late() const {
    std::vector<std::string> paths;
    for (const Input& input : inputs_) {
        if (input.late) paths.push_back(input.name.path);
    }
    return paths;
}

}  // namespace deadpeer::cli
