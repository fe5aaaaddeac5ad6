// Idle closes: one side that closes several connections of a service after the same time without data has an
// idle timer, or something in front of it has.
//
// What:    closes at one moment count once: a process that ends closes all that it has, and what was silent
//          since one moment is closed after the same time.
// Cost:    O(1) for a close.
// Memory:  bounded: the services used longest ago are forgotten.
// Threads: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/hash.h"
#include "core/recent_table.h"
#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/time.h"
#include "detect/timer_estimate.h"

namespace deadpeer {

// A shorter silence before a close is no timer, but somebody who thinks.
inline constexpr Nanoseconds kShortestIdleTimer = 4 * kSecond;

struct IdleClose {
    Endpoint closer;
    Endpoint other;
    bool by_server = false;
    bool by_reset = false;
    bool outlived = false;  // before, the connection came through a longer silence
    Nanoseconds idle = kNoTime;
    Nanoseconds time = kNoTime;
    std::uint32_t file = 0;
    std::uint64_t frame = 0;
    StreamNumber stream = 0;
    Nanoseconds opened = kNoTime;
};

class IdleCloses {
public:
    // `bytes`: what it may take, about.
    IdleCloses(std::size_t bytes, std::uint64_t seed)
        : hash_(seed), services_(bytes / 2), most_candidates_(bytes / 2 / sizeof(FlowKey)) {}

    void note(const IdleClose& close);

    // When something may have come to be told; none: since take() nothing has.
    [[nodiscard]] std::optional<Nanoseconds> due() const { return due_; }

    // What is to be told now, each service and time once.
    struct Timer {
        Finding finding;
        bool of_server = false;
    };
    [[nodiscard]] std::vector<Timer> take();

    [[nodiscard]] std::size_t memory() const {
        return services_.memory() + candidates_.capacity() * sizeof(FlowKey);
    }

private:
    // Closes after the same time.
    struct Group {
        IdleClose latest;
        GapCluster idles;
        bool reported = false;
        std::array<std::uint64_t, 4> frames{};  // the first in the input of the latest; 0: none

        [[nodiscard]] Nanoseconds timer() const;
    };
    struct Service {
        Nanoseconds last = kNoTime;
        std::uint32_t closes = 0;  // all, of any time
        bool listed = false;       // among the candidates
        std::array<Group, 3> groups;
    };

    static FlowKey key_of(const IdleClose& close);
    static bool belongs(const Group& group, Nanoseconds idle);
    static bool is_timer(const Service& service, const Group& group);
    static Finding finding_of(const Group& group);

    SeededHash hash_;
    RecentTable<FlowKey, Service> services_;
    std::vector<FlowKey> candidates_;
    std::size_t most_candidates_;
    std::optional<Nanoseconds> due_;
};

}  // namespace deadpeer
