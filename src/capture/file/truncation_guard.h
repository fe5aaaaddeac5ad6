// Truncation guard: reading a mapped file that shrinks is not fatal.
//
// What:    survive_truncated_mappings() installs a handler for SIGBUS, which only a program may do, so the
//          library does not do it by itself. When the fault lies in a guarded mapping, the handler puts
//          zero pages over the lost end and notes where they begin; any other SIGBUS is fatal as before.
// Threads: install once, early. Guards belong to one thread each; the handler may run on any.
// Limits:  at most kMaxGuards mappings are guarded at a time; further guards guard nothing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace deadpeer::capture {

inline constexpr std::size_t kMaxGuards = 1024;

void survive_truncated_mappings();

class MappingGuard {
public:
    MappingGuard(const std::uint8_t* base, std::size_t size);
    ~MappingGuard() { release(); }
    MappingGuard(const MappingGuard&) = delete;
    MappingGuard& operator=(const MappingGuard&) = delete;

    [[nodiscard]] bool guards() const { return slot_ < kMaxGuards; }

    // To be called before the mapping goes.
    void release();

    // Where the zeros begin; null while nothing is lost.
    [[nodiscard]] const std::uint8_t* lost_from() const;

private:
    std::size_t slot_;
};

}  // namespace deadpeer::capture
