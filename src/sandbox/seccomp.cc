#include "sandbox/seccomp.h"

#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include "sandbox/sanitizers.h"

namespace deadpeer::sandbox {
namespace {

// How newer C libraries ask for TCGETS: TCGETS2, which headers that go together with sys/ioctl.h cannot spell
// out.
constexpr scmp_datum_t kTcgets2 = 0x802c542a;

enum class When { kAlways, kLive, kSanitizers };

struct Group {
    When when;
    const char* reason;
    std::initializer_list<int> calls;
};

// The whole list, but for calls that are allowed with some arguments only.
const Group kAllowed[] = {
    {When::kAlways,
     "captures are read, mapped, waited for and closed",
     {SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(fadvise64),
      SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(close), SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(madvise)}},
    {When::kAlways,
     "files are opened and looked at; Landlock says which",
     {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
      SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
      SCMP_SYS(getdents64), SCMP_SYS(fstatfs)}},
    {When::kAlways,
     "reports are written, made durable and moved into place",
     {SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(ftruncate), SCMP_SYS(fallocate),
      SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
      SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir),
      SCMP_SYS(flock)}},
    {When::kAlways,
     "memory",
     {SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(futex), SCMP_SYS(getrandom)}},
    {When::kAlways,
     "clocks and waiting, where the vDSO does not answer",
     {SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(clock_getres),
      SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(restart_syscall)}},
    {When::kAlways,
     "signals of its own, and the end",
     {SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
      SCMP_SYS(exit), SCMP_SYS(exit_group)}},
    {When::kAlways,
     "who and how large the process is",
     {SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
      SCMP_SYS(getegid), SCMP_SYS(getrusage), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity)}},
    {When::kLive,
     "the capture and rtnetlink: sockets that are open",
     {SCMP_SYS(recvfrom), SCMP_SYS(getsockopt), SCMP_SYS(getsockname)}},
    {When::kLive,
     "waiting for several of them",
     {SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(timerfd_settime),
      SCMP_SYS(rt_sigtimedwait)}},
    {When::kSanitizers,
     "the leak checker stops the process from a thread of its own; UBSan tries pointers on a pipe",
     {SCMP_SYS(getdents), SCMP_SYS(clone), SCMP_SYS(ptrace), SCMP_SYS(wait4), SCMP_SYS(prctl),
      SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getppid), SCMP_SYS(pipe), SCMP_SYS(pipe2),
      SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(prlimit64), SCMP_SYS(tgkill)}},
};

// The binder's: a request comes, a socket is bound, an answer goes.
constexpr std::initializer_list<int> kBinderCalls = {
    SCMP_SYS(read),      SCMP_SYS(write),        SCMP_SYS(getsockname),     SCMP_SYS(bind),
    SCMP_SYS(close),     SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
    SCMP_SYS(exit_group)};

// Calls that a descriptor alone is enough for: they send, or give it another number.
constexpr std::initializer_list<int> kSendingCalls = {SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(dup),
                                                      SCMP_SYS(fcntl)};

// A rule that fails shows when the filter is loaded.
class Filter {
public:
    // What happens to calls without a rule.
    explicit Filter(std::uint32_t others = SCMP_ACT_ERRNO(EPERM))
        : context_(::seccomp_init(others), &::seccomp_release) {}

    [[nodiscard]] bool valid() const { return context_ != nullptr; }
    void allow(int call) { note(::seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, call, 0)); }
    void allow(int call, scmp_arg_cmp argument) {
        note(::seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, call, 1, argument));
    }
    void allow(int call, scmp_arg_cmp first, scmp_arg_cmp second) {
        note(::seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, call, 2, first, second));
    }
    // As if the kernel had no such call.
    void lack(int call) { note(::seccomp_rule_add(context_.get(), SCMP_ACT_ERRNO(ENOSYS), call, 0)); }
    void refuse(int call, scmp_arg_cmp argument) {
        note(::seccomp_rule_add(context_.get(), SCMP_ACT_ERRNO(EPERM), call, 1, argument));
    }
    [[nodiscard]] bool load() const { return complete_ && ::seccomp_load(context_.get()) == 0; }

private:
    void note(int result) { complete_ = complete_ && result == 0; }

    std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
    bool complete_ = true;
};

void allow_with_arguments(Filter& filter, bool live) {
    // abort() raises its signal itself; nobody else is signalled.
    filter.allow(SCMP_SYS(tgkill), {0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()), 0});
    // No new code.
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
        filter.allow(call, {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0});
    }
    // Is this a terminal, and how wide?
    for (const scmp_datum_t request : {scmp_datum_t{TCGETS}, kTcgets2, scmp_datum_t{TIOCGWINSZ}}) {
        filter.allow(SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, request, 0});
    }
    if (!live) return;
    // Is the interface still there, and up?
    for (const scmp_datum_t request :
         std::initializer_list<scmp_datum_t>{SIOCGIFINDEX, SIOCGIFNAME, SIOCGIFFLAGS}) {
        filter.allow(SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, request, 0});
    }
}

// Of this process, no other one. What newer C libraries ask for first cannot be looked into.
void allow_threads(Filter& filter) {
    constexpr scmp_datum_t kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
    filter.allow(SCMP_SYS(clone), {0, SCMP_CMP_MASKED_EQ, kThread, kThread});
    filter.lack(SCMP_SYS(clone3));
    for (const int call : {SCMP_SYS(set_robust_list), SCMP_SYS(rseq)}) filter.allow(call);
}

void allow_for_binder(Filter& filter) {
    for (const int call : kBinderCalls) filter.allow(call);
    filter.allow(SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, SIOCGIFNAME, 0});
    filter.allow(SCMP_SYS(setsockopt), {1, SCMP_CMP_EQ, SOL_PACKET, 0},
                 {2, SCMP_CMP_EQ, PACKET_ADD_MEMBERSHIP, 0});
}

void allow_for_analysis(Filter& filter, bool live, bool threads) {
    for (const Group& group : kAllowed) {
        if (group.when == When::kLive && !live) continue;
        if (group.when == When::kSanitizers && !kSanitizers) continue;
        for (const int call : group.calls) filter.allow(call);
    }
    allow_with_arguments(filter, live);
    if (threads) allow_threads(filter);
}

}  // namespace

bool allow_only_needed_calls(Role role, bool threads) {
    Filter filter;
    if (!filter.valid()) return false;
    if (role == Role::kBinder) {
        allow_for_binder(filter);
    } else {
        allow_for_analysis(filter, role == Role::kLive, threads);
    }
    return filter.load();
}

bool refuse_sending(std::span<const int> descriptors) {
    if (descriptors.empty()) return true;
    Filter filter(SCMP_ACT_ALLOW);
    if (!filter.valid()) return false;
    // The kernel looks at the lower half of the argument alone.
    constexpr scmp_datum_t kLowerHalf = 0xFFFFFFFF;
    for (const int descriptor : descriptors) {
        for (const int call : kSendingCalls) {
            filter.refuse(call, {0, SCMP_CMP_MASKED_EQ, kLowerHalf, static_cast<scmp_datum_t>(descriptor)});
        }
    }
    return filter.load();
}

}  // namespace deadpeer::sandbox
