#include "cli/follow/follow_mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "cli/standard_streams.h"
#include "report/text/text.h"

namespace deadpeer::cli {

Result<std::unique_ptr<FollowMark>> FollowMark::open(const std::string& folder) {
    auto opened = ReportFolder::open(folder);
    if (!opened) return opened.error();
    return std::unique_ptr<FollowMark>(new FollowMark(std::move(opened).value()));
}

std::string FollowMark::read() const {
    std::string text;
    const int descriptor =
        ::openat(folder_->descriptor(), kName, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return text;
    struct stat info = {};
    if (::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode)) {
        text.resize(static_cast<std::size_t>(info.st_size));
        std::size_t size = 0;
        while (size < text.size()) {
            const ssize_t count = ::read(descriptor, text.data() + size, text.size() - size);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) break;
            size += static_cast<std::size_t>(count);
        }
        text.resize(size);
    }
    ::close(descriptor);
    return text;
}

Status FollowMark::write(const std::string& mark) {
    const Result<int> descriptor = folder_->create(kName);
    if (!descriptor) return descriptor.error();
    Status status = success();
    if (print(descriptor.value(), mark)) {
        status = folder_->publish();
    } else {
        status = Error{fmt::format("Cannot write {}/{}: {}.", printable(folder_->path()), kName,
                                   std::generic_category().message(errno))};
    }
    folder_->discard();
    return status;
}

}  // namespace deadpeer::cli
