#include "capture/file/folder_watch.h"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace deadpeer::capture {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const std::string& name) {
    return name.starts_with('.');
}

}  // namespace

Result<FolderWatch> FolderWatch::open(const std::string& path) {
    const auto fail = [&] {
        return Error{fmt::format("cannot follow {}: {}", path, std::generic_category().message(errno))};
    };
    const int descriptor = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (descriptor < 0) return fail();
    FolderWatch watch(path, descriptor);
    constexpr unsigned kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    if (::inotify_add_watch(descriptor, path.c_str(), kEvents) < 0) return fail();
    return watch;
}

FolderWatch::FolderWatch(FolderWatch&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), gone_(other.gone_) {}

FolderWatch::~FolderWatch() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::vector<std::string> FolderWatch::take_completed() {
    std::vector<std::string> names;
    bool lost = false;
    alignas(inotify_event) std::array<char, 16'384> buffer;
    for (;;) {
        const ssize_t size = ::read(descriptor_, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        for (const char* at = buffer.data(); at < buffer.data() + size;) {
            inotify_event event = {};
            std::memcpy(&event, at, sizeof event);
            at += sizeof event;
            if ((event.mask & IN_Q_OVERFLOW) != 0) lost = true;
            if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0) gone_ = true;
            const bool completed = (event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
            if (completed && (event.mask & IN_ISDIR) == 0 && event.len > 0) {
                const std::string name(at, ::strnlen(at, event.len));
                if (!is_hidden(name)) names.push_back(name);
            }
            at += event.len;
        }
    }
    return lost ? list() : names;
}

std::vector<std::string> FolderWatch::list() const {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(path_, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        std::error_code unknown;
        const std::string name = entry->path().filename().string();
        if (!is_hidden(name) && entry->is_regular_file(unknown)) names.push_back(name);
    }
    return names;
}

}  // namespace deadpeer::capture
