#include "sockets/socket_owners.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/parse_number.h"
#include "sockets/descriptor.h"

namespace deadpeer {
namespace {

using Folder = std::unique_ptr<DIR, int (*)(DIR*)>;

Folder open_folder(int parent, const char* name) {
    const int number = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const folder = number < 0 ? nullptr : ::fdopendir(number);
    if (number >= 0 && folder == nullptr) ::close(number);
    return {folder, ::closedir};
}

// "socket:[4711]".
std::optional<std::uint32_t> socket_inode(int folder, const char* name) {
    constexpr std::string_view kBegin = "socket:[";
    std::array<char, 32> memory{};
    const ssize_t size = ::readlinkat(folder, name, memory.data(), memory.size());
    if (size <= 0) return std::nullopt;
    std::string_view target(memory.data(), static_cast<std::size_t>(size));
    if (!target.starts_with(kBegin) || !target.ends_with(']')) return std::nullopt;
    target.remove_prefix(kBegin.size());
    target.remove_suffix(1);
    return parse_number<std::uint32_t>(target);
}

std::string process_name(int folder) {
    const Descriptor file(::openat(folder, "comm", O_RDONLY | O_CLOEXEC));
    std::array<char, 64> memory{};
    const ssize_t size = file ? ::read(file.number(), memory.data(), memory.size()) : 0;
    std::string name(memory.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (name.ends_with('\n')) name.pop_back();
    return name;
}

}  // namespace

Result<SocketOwners> SocketOwners::scan(const std::string& proc) {
    const Folder folder = open_folder(AT_FDCWD, proc.c_str());
    if (!folder)
        return Error{
            fmt::format("Cannot read {}: {}. Mount the proc file system there.", proc, std::strerror(errno))};
    SocketOwners owners;
    while (const dirent* entry = ::readdir(folder.get())) {
        const auto pid = parse_number<pid_t>(entry->d_name);
        if (pid) owners.scan_process(::dirfd(folder.get()), entry->d_name, *pid);
    }
    // Stable: those that have the same socket stay in their order.
    std::ranges::stable_sort(owners.open_, {}, &Open::inode);
    return owners;
}

void SocketOwners::scan_process(int proc, const char* name, pid_t pid) {
    const Descriptor folder(::openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat info {};
    if (!folder || ::fstat(folder.number(), &info) != 0) return;
    // Its name is asked for last: few processes have sockets.
    if (!scan_descriptors(folder.number(), static_cast<std::uint32_t>(processes_.size()))) return;
    processes_.push_back({pid, info.st_uid, process_name(folder.number())});
}

// Whether it has a socket.
bool SocketOwners::scan_descriptors(int process_folder, std::uint32_t process) {
    const Folder folder = open_folder(process_folder, "fd");
    const std::size_t before = open_.size();
    while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
        const auto descriptor = parse_number<int>(entry->d_name);
        const auto inode = descriptor ? socket_inode(::dirfd(folder.get()), entry->d_name) : std::nullopt;
        if (inode) open_.push_back({*inode, process, *descriptor});
    }
    return open_.size() > before;
}

std::optional<SocketOwners::Found> SocketOwners::find(std::uint32_t inode, std::size_t nth) const {
    const auto first = std::ranges::lower_bound(open_, inode, {}, &Open::inode);
    if (nth >= static_cast<std::size_t>(open_.end() - first)) return std::nullopt;
    const Open& open = first[static_cast<std::ptrdiff_t>(nth)];
    if (open.inode != inode) return std::nullopt;
    const Process& process = processes_[open.process];
    return Found{{process.pid, process.name, process.uid}, open.descriptor};
}

}  // namespace deadpeer
