// Labels: the tcp.analysis.* fields that Wireshark shows on a segment.
//
// Order: of the bits is the order in which reports print them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace deadpeer {

enum class Label : std::uint16_t {
    kKeepAlive = 1U << 0,
    kKeepAliveAck = 1U << 1,
    kZeroWindowProbe = 1U << 2,
    kZeroWindowProbeAck = 1U << 3,
    kZeroWindow = 1U << 4,
    kWindowFull = 1U << 5,
    kWindowUpdate = 1U << 6,
    kLostSegment = 1U << 7,
    kAckLostSegment = 1U << 8,
    kDuplicateAck = 1U << 9,
    kRetransmission = 1U << 10,
    kFastRetransmission = 1U << 11,
    kSpuriousRetransmission = 1U << 12,
    kOutOfOrder = 1U << 13,
    kReusedPorts = 1U << 14,
};

// Wireshark's field names without "tcp.analysis.", by bit number.
inline constexpr std::array<std::string_view, 15> kLabelNames = {"keep_alive",
                                                                 "keep_alive_ack",
                                                                 "zero_window_probe",
                                                                 "zero_window_probe_ack",
                                                                 "zero_window",
                                                                 "window_full",
                                                                 "window_update",
                                                                 "lost_segment",
                                                                 "ack_lost_segment",
                                                                 "duplicate_ack",
                                                                 "retransmission",
                                                                 "fast_retransmission",
                                                                 "spurious_retransmission",
                                                                 "out_of_order",
                                                                 "reused_ports"};

class Labels {
public:
    constexpr Labels() = default;
    constexpr Labels(Label label) : bits_(static_cast<std::uint16_t>(label)) {}

    [[nodiscard]] constexpr bool has(Label label) const {
        return (bits_ & static_cast<std::uint16_t>(label)) != 0;
    }
    [[nodiscard]] constexpr bool any_of(Labels other) const { return (bits_ & other.bits_) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    [[nodiscard]] constexpr std::uint16_t bits() const { return bits_; }

    [[nodiscard]] constexpr Labels without(Labels other) const {
        Labels rest;
        rest.bits_ = static_cast<std::uint16_t>(bits_ & ~other.bits_);
        return rest;
    }

    constexpr Labels& operator|=(Labels other) {
        bits_ = static_cast<std::uint16_t>(bits_ | other.bits_);
        return *this;
    }
    friend constexpr Labels operator|(Labels a, Labels b) { return a |= b; }
    friend constexpr bool operator==(Labels, Labels) = default;

private:
    std::uint16_t bits_ = 0;
};

constexpr Labels operator|(Label a, Label b) {
    return Labels(a) | Labels(b);
}

}  // namespace deadpeer
