#include "capture/file/truncation_guard.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>

namespace deadpeer::capture {
namespace {

// Lock-free atomics only: a signal handler reads and writes them.
struct Slot {
    std::atomic<bool> taken{false};
    std::atomic<std::uintptr_t> begin{0};
    std::atomic<std::uintptr_t> end{0};
    std::atomic<std::uintptr_t> lost{0};
};
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free);

std::array<Slot, kMaxGuards> slots;
std::atomic<std::uintptr_t> page_size{4096};

void on_bus_error(int signal_number, siginfo_t* info, void*) {
    const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
    for (Slot& slot : slots) {
        const std::uintptr_t end = slot.end.load();
        if (address < slot.begin.load() || address >= end) continue;
        const std::uintptr_t page = address & ~(page_size.load() - 1);
        void* zeros = ::mmap(reinterpret_cast<void*>(page), end - page, PROT_READ,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (zeros == MAP_FAILED) break;
        const std::uintptr_t lost = slot.lost.load();
        if (lost == 0 || page < lost) slot.lost.store(page);
        return;
    }
    // Not ours: the access is tried again and is fatal this time.
    ::signal(signal_number, SIG_DFL);
}

}  // namespace

void survive_truncated_mappings() {
    page_size.store(static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE)));
    struct sigaction action = {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, nullptr);
}

MappingGuard::MappingGuard(const std::uint8_t* base, std::size_t size) : slot_(0) {
    for (; slot_ < kMaxGuards; ++slot_) {
        Slot& slot = slots[slot_];
        if (slot.taken.exchange(true)) continue;
        const auto begin = reinterpret_cast<std::uintptr_t>(base);
        slot.lost.store(0);
        slot.begin.store(begin);
        slot.end.store(begin + size);
        return;
    }
}

void MappingGuard::release() {
    if (slot_ >= kMaxGuards) return;
    slots[slot_].end.store(0);
    slots[slot_].begin.store(0);
    slots[slot_].taken.store(false);
    slot_ = kMaxGuards;
}

const std::uint8_t* MappingGuard::lost_from() const {
    if (slot_ >= kMaxGuards) return nullptr;
    return reinterpret_cast<const std::uint8_t*>(slots[slot_].lost.load(std::memory_order_relaxed));
}

}  // namespace deadpeer::capture
