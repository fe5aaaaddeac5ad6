// The program with an allocation that fails: the one whose number stands in DEADPEER_FAIL_ALLOCATION, counted
// from where it opens the capture. Before that the arguments are read, and CLI11 aborts when it finds no
// memory.

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdlib>
#include <new>
#include <string_view>

namespace {

std::atomic<long> allocations_left = 0;

void* allocate(std::size_t size) {
    void* memory = allocations_left.fetch_sub(1) == 1 ? nullptr : std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

void* operator new(std::size_t size) {
    return allocate(size);
}
void* operator new[](std::size_t size) {
    return allocate(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}

// libcap-ng opens files before main(); the capture is the first whose name ends so.
extern "C" int open(const char* path, int flags, ...) {
    static bool begun = false;
    const char* const number = std::getenv("DEADPEER_FAIL_ALLOCATION");
    if (!begun && number != nullptr && std::string_view(path).ends_with(".pcap")) {
        allocations_left = std::atol(number);
        begun = true;
    }
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
