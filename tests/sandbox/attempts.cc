#include "sandbox/attempts.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>

#include "sandbox/sanitizers.h"

namespace deadpeer::sandbox {
namespace {

struct Case {
    const char* name;
    std::function<long()> call;  // -1 and errno if refused
    bool sanitizers_need_it = false;
};

std::vector<Case> opened_files(const Places& places) {
    const auto open_of = [](const std::string& path, int flags) {
        return [path, flags]() -> long { return ::open(path.c_str(), flags, 0600); };
    };
    return {
        {"open_etc_passwd", open_of("/etc/passwd", O_RDONLY)},
        {"list_root", open_of("/", O_RDONLY | O_DIRECTORY)},
        {"open_own_memory", open_of("/proc/self/mem", O_RDWR)},
        {"open_kernel_log", open_of("/dev/kmsg", O_RDONLY)},
        {"open_terminal", open_of("/dev/ptmx", O_RDWR)},
        {"read_outside", open_of(places.outside + "/file", O_RDONLY)},
        {"write_outside", open_of(places.outside + "/file", O_WRONLY)},
        {"truncate_outside", open_of(places.outside + "/file", O_WRONLY | O_TRUNC)},
        {"create_outside", open_of(places.outside + "/new", O_WRONLY | O_CREAT | O_EXCL)},
        {"create_outside_by_dots", open_of(places.inside + "/../new", O_WRONLY | O_CREAT | O_EXCL)},
        {"temporary_file_outside", open_of(places.outside, O_WRONLY | O_TMPFILE)},
        {"read_through_link", open_of(places.inside + "/link", O_RDONLY)},
        {"write_through_link", open_of(places.inside + "/link", O_WRONLY)},
    };
}

std::vector<Case> changed_files(const Places& places) {
    const std::string file = places.outside + "/file";
    const std::string own = places.inside + "/own";
    const std::string fresh = places.inside + "/fresh";
    return {
        {"mkdir_outside", [=] { return ::mkdir((places.outside + "/folder").c_str(), 0700); }},
        {"unlink_outside", [=] { return ::unlink(file.c_str()); }},
        {"rename_out_of_the_folder",
         [=] { return ::rename(own.c_str(), (places.outside + "/own").c_str()); }},
        {"rename_into_the_folder", [=] { return ::rename(file.c_str(), fresh.c_str()); }},
        {"link_into_the_folder", [=] { return ::link(file.c_str(), fresh.c_str()); }},
        {"symlink", [=] { return ::symlink(file.c_str(), fresh.c_str()); }},
        {"device", [=] { return ::mknod(fresh.c_str(), S_IFCHR | 0600, 0x0103); }},
        {"fifo", [=] { return ::mkfifo(fresh.c_str(), 0600); }},
        {"chmod_outside", [=] { return ::chmod(file.c_str(), 0777); }},
        {"chmod_set_user_id", [=] { return ::chmod(own.c_str(), 04755); }},
        {"chown_outside", [=] { return ::chown(file.c_str(), 1, 1); }},
        {"truncate_by_path", [=] { return ::truncate(file.c_str(), 0); }},
        {"mount", [] { return ::syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, nullptr); }},
        {"chroot", [=] { return ::chroot(places.inside.c_str()); }},
        {"chdir", [] { return ::chdir("/"); }},
    };
}

std::vector<Case> sockets() {
    const auto socket_of = [](int family, int type) {
        return [=]() -> long { return ::socket(family, type, 0); };
    };
    return {
        {"socket_inet", socket_of(AF_INET, SOCK_STREAM)},
        {"socket_inet6", socket_of(AF_INET6, SOCK_DGRAM)},
        {"socket_unix", socket_of(AF_UNIX, SOCK_STREAM)},
        {"socket_netlink", socket_of(AF_NETLINK, SOCK_RAW)},
        {"socket_packet", socket_of(AF_PACKET, SOCK_RAW)},
        {"socketpair",
         [] {
             int pair[2];
             return ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
         }},
    };
}

// A packet socket, as a live capture has it; -1: there is none, or the sandbox does not let it be looked for.
int capture_socket() {
    for (int descriptor = 0; descriptor < 1024; ++descriptor) {
        int family = 0;
        socklen_t length = sizeof family;
        if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &length) == 0 && family == AF_PACKET)
            return descriptor;
    }
    return -1;
}

sockaddr_ll loopback() {
    sockaddr_ll address = {};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = 1;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_halen = ETH_ALEN;
    return address;
}

// What the capture's socket could send, and the ways to it under another number.
std::vector<Case> capture() {
    const int socket = capture_socket();
    if (socket < 0) return {};
    static std::array<char, 60> frame{};
    static sockaddr_ll address = loopback();
    static iovec piece = {frame.data(), frame.size()};
    const auto message = [] {
        msghdr header = {};
        header.msg_name = &address;
        header.msg_namelen = sizeof address;
        header.msg_iov = &piece;
        header.msg_iovlen = 1;
        return header;
    };
    // The kernel takes the lower half of the register for the descriptor.
    const long large = static_cast<long>(socket) | (1L << 32);
    const auto option = [=](int level, int name) {
        return [=]() -> long {
            static std::array<char, 64> zeros{};
            return ::setsockopt(socket, level, name, zeros.data(), zeros.size());
        };
    };
    return {
        {"capture_write", [=] { return ::write(socket, frame.data(), frame.size()); }},
        {"capture_writev", [=] { return ::writev(socket, &piece, 1); }},
        {"capture_pwritev2", [=] { return ::pwritev2(socket, &piece, 1, -1, 0); }},
        {"capture_write_by_large_number",
         [=] { return ::syscall(SYS_write, large, frame.data(), frame.size()); }},
        {"capture_send", [=] { return ::send(socket, frame.data(), frame.size(), 0); }},
        {"capture_sendto",
         [=] {
             return ::sendto(socket, frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&address),
                             sizeof address);
         }},
        {"capture_sendmsg",
         [=] {
             const msghdr header = message();
             return ::sendmsg(socket, &header, 0);
         }},
        {"capture_sendmmsg",
         [=] {
             mmsghdr header = {message(), 0};
             return ::sendmmsg(socket, &header, 1, 0);
         }},
        {"capture_sendfile", [=] { return ::syscall(SYS_sendfile, socket, 0, nullptr, 1); }},
        {"capture_splice", [=] { return ::syscall(SYS_splice, 0, nullptr, socket, nullptr, 1, 0); }},
        {"capture_bind",
         [=] { return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address); }},
        {"capture_connect",
         [=] { return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address); }},
        {"capture_attach_filter", option(SOL_SOCKET, SO_ATTACH_FILTER)},
        {"capture_detach_filter", option(SOL_SOCKET, SO_DETACH_FILTER)},
        {"capture_unlock_filter", option(SOL_SOCKET, SO_LOCK_FILTER)},
        {"capture_listen_to_all", option(SOL_PACKET, PACKET_ADD_MEMBERSHIP)},
        {"capture_ring_to_send", option(SOL_PACKET, PACKET_TX_RING)},
        {"capture_take_interface_down",
         [=] {
             ifreq request = {};
             return ::ioctl(socket, SIOCSIFFLAGS, &request);
         }},
        {"capture_dup", [=] { return ::dup(socket); }},
        {"capture_dup_by_large_number", [=] { return ::syscall(SYS_dup, large); }},
        {"capture_dup2", [=] { return ::dup2(socket, 1000); }},
        {"capture_dup3", [=] { return ::dup3(socket, 1000, 0); }},
        {"capture_dup_by_fcntl", [=] { return ::fcntl(socket, F_DUPFD, 0); }},
        {"capture_dup_by_fcntl_on_exec", [=] { return ::fcntl(socket, F_DUPFD_CLOEXEC, 0); }},
        {"capture_dup_by_fcntl_and_large_number", [=] { return ::syscall(SYS_fcntl, large, F_DUPFD, 0); }},
        {"capture_dup_by_process", [=] { return ::syscall(SYS_pidfd_getfd, 0, socket, 0); }},
    };
}

// A child must not go on with the attempts.
long end_child(long process) {
    if (process == 0) ::_exit(0);
    return process;
}

std::vector<Case> processes() {
    const pid_t self = ::getpid();  // of its own process anybody may do this
    return {
        {"execve",
         [] {
             char* const no_words[] = {nullptr};
             return ::execve("/bin/true", no_words, no_words);
         }},
        {"fork", [] { return end_child(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0)); }, true},
        {"clone3", [] { return ::syscall(SYS_clone3, nullptr, 0); }},
        {"ptrace", [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }, true},
        {"signal", [=] { return ::kill(self, 0); }},
        {"read_memory_of_process",
         [=] { return ::syscall(SYS_process_vm_readv, self, nullptr, 0, nullptr, 0, 0); }},
        {"raise_limits",
         [] {
             const rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
             return ::setrlimit(RLIMIT_CORE, &limit);
         },
         true},
    };
}

std::vector<Case> privileges() {
    return {
        {"setuid_root", [] { return ::syscall(SYS_setuid, 0); }},
        {"setgid_root", [] { return ::syscall(SYS_setgid, 0); }},
        {"setgroups", [] { return ::syscall(SYS_setgroups, 0, nullptr); }},
        {"capset",
         [] {
             __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
             const __user_cap_data_struct all[2] = {{~0U, ~0U, 0}, {~0U, ~0U, 0}};
             return ::syscall(SYS_capset, &header, all);
         }},
        {"unshare", [] { return ::syscall(SYS_unshare, CLONE_NEWUSER); }},
        {"bpf", [] { return ::syscall(SYS_bpf, 0, nullptr, 0); }},
        {"io_uring", [] { return ::syscall(SYS_io_uring_setup, 1, nullptr); }},
        {"memory_file", [] { return ::syscall(SYS_memfd_create, "code", 0); }},
        {"keyring", [] { return ::syscall(SYS_keyctl, 0, -3, 0); }},
        {"set_clock", [] { return ::syscall(SYS_settimeofday, nullptr, nullptr); }},
        {"executable_memory",
         [] {
             const void* memory =
                 ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
             return memory == MAP_FAILED ? -1L : 0L;
         },
         true},
    };
}

}  // namespace

std::vector<Attempt> attempts(const Places& places, const std::set<std::string>& only) {
    std::vector<Attempt> results;
    for (const auto& group :
         {opened_files(places), changed_files(places), sockets(), capture(), processes(), privileges()}) {
        for (const Case& attempt : group) {
            if (kSanitizers && attempt.sanitizers_need_it) continue;
            if (!only.empty() && !only.contains(attempt.name)) continue;
            errno = 0;
            results.push_back({attempt.name, attempt.call() == -1 ? errno : 0});
        }
    }
    return results;
}

std::string to_text(const Attempt& attempt) {
    return attempt.name + " " + (attempt.error == 0 ? "done" : ::strerrorname_np(attempt.error));
}

}  // namespace deadpeer::sandbox
