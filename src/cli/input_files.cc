#include "cli/input_files.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

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
        if (opened_.size() < room) {
            opened_.emplace_back(open_input(path));
        } else {
            opened_.emplace_back();
            late_.push_back(path);
        }
    }
}

InputFiles::~InputFiles() {
    for (const auto& input : opened_) {
        if (input && input->ok() && input->value() != STDIN_FILENO) ::close(input->value());
    }
}

std::optional<Result<int>> InputFiles::take(std::size_t input) {
    return std::exchange(opened_[input], std::nullopt);
}

}  // namespace deadpeer::cli
