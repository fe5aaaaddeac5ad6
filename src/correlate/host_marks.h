// HostMarks: finds the connections of some hosts among all that there are.
//
// What:    each connection has a mark of four bytes, half of it for either host, out of their addresses. Who
//          asks about hosts reads the marks, not the connections: one in 32,768 others is looked at as well.
// Memory:  8 KiB while it is asked.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/hash.h"
#include "deadpeer/address.h"

namespace deadpeer {

class HostMarks {
public:
    explicit HostMarks(std::uint64_t hash_seed) : hash_(hash_seed) {}

    [[nodiscard]] std::uint32_t of(const FlowKey& key) const {
        return half(key.low_address) | std::uint32_t{half(key.high_address)} << kBits;
    }

    // Of all connections of these hosts, and of few others.
    class Wanted {
    public:
        Wanted(const HostMarks& marks, std::span<const IpAddress> hosts)
            : halves_(std::make_unique<Halves>()) {
            for (const IpAddress& host : hosts) add(marks.of(host));
        }
        bool operator()(std::uint32_t mark) const {
            const Halves& halves = *halves_;
            return halves[mark % kHalves] || halves[mark / kHalves];
        }

        // From now on without the connections of that host. REQUIRES: it was wanted, once.
        void leave_out(const HostMarks& marks, const IpAddress& host) {
            const std::uint16_t half = marks.of(host);
            const auto shared = std::ranges::find(shared_, half);
            if (shared == shared_.end()) {
                halves_->reset(half);
            } else {
                shared_.erase(shared);
            }
        }

    private:
        friend class HostMarks;
        static constexpr std::uint32_t kHalves = std::uint32_t{1} << 16;
        using Halves = std::bitset<kHalves>;

        void add(std::uint16_t half) {
            if (halves_->test(half)) shared_.push_back(half);
            halves_->set(half);
        }

        std::unique_ptr<Halves> halves_;
        std::vector<std::uint16_t> shared_;  // once for each host but the first that has it
    };

private:
    static constexpr unsigned kBits = 16;

    [[nodiscard]] std::uint16_t half(const std::array<std::uint64_t, 2>& address) const {
        return static_cast<std::uint16_t>(hash_(hash_(address[0]) ^ address[1]));
    }
    [[nodiscard]] std::uint16_t of(const IpAddress& host) const { return half(host.words()); }

    SeededHash hash_;
};

}  // namespace deadpeer
