#include "cli/input_files.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
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

InputFiles::InputFiles(const std::vector<std::string>& paths) {
    const std::size_t room = make_room(paths.size());
    for (const std::string& path : paths) {
        if (inputs_.size() >= room) {
            inputs_.push_back({.late = true});
            late_.push_back(path);
        } else if (const Result<int> opened = open_input(path)) {
            inputs_.push_back({.descriptor = opened.value()});
        } else {
            inputs_.push_back({.refusal = opened.error().message});
        }
    }
}

InputFiles::~InputFiles() {
    for (const Input& input : inputs_) {
        if (input.descriptor > STDERR_FILENO) ::close(input.descriptor);
    }
}

std::optional<Result<int>> InputFiles::take(std::size_t place) {
    Input& input = inputs_[place];
    if (input.late) return std::nullopt;
    if (!input.refusal.empty()) return Result<int>(Error{input.refusal});
    return Result<int>(std::exchange(input.descriptor, -1));
}

}  // namespace deadpeer::cli
