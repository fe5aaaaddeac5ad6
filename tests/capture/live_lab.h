// A network namespace with a pair of interfaces, for tests that capture from them.
//
// What:    as root, or in a user namespace where those are allowed. The namespace and all in it go with the
//          process or the next NetworkLab.
// Threads: threads that are started later are in the namespace, too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capture/live/live_capture.h"

namespace deadpeer::test {

// Throws what failed.
class NetworkLab {
public:
    // With interfaces va and vb.
    NetworkLab();

    // ip(8) with these arguments.
    static void ip(const std::string& arguments);
    // Joined by a cable and up, without IPv6 and its chatter.
    static void add_pair(const std::string& one = "va", const std::string& other = "vb");
    // A frame that is sent after one end went up is lost until the other end has noticed.
    static void wait_for_cable(const std::string& interface);
    static bool is_promiscuous(const std::string& interface);
};

// Sends frames from an interface as they are.
class FrameSender {
public:
    explicit FrameSender(const std::string& interface);
    ~FrameSender();
    FrameSender(const FrameSender&) = delete;
    FrameSender& operator=(const FrameSender&) = delete;

    void send(const std::vector<std::uint8_t>& frame) const { send(frame, 1); }
    // So often, as fast as it goes.
    void send(const std::vector<std::uint8_t>& frame, std::size_t count) const;

private:
    int socket_;
};

// An Ethernet frame with a TCP segment whose sequence number is `seq`.
std::vector<std::uint8_t> tcp_frame_with(std::uint32_t seq, const std::vector<std::uint8_t>& tags = {});
// Of a captured frame without or with one VLAN tag.
std::uint32_t seq_of(const FrameView& frame);

// Throws what it is refused with.
std::unique_ptr<LiveCapture> open_live(const LiveOptions& options);

// Everything that a live capture says for this long, events as lines of text.
struct Heard {
    std::vector<std::uint32_t> seqs;
    std::vector<FrameView> frames;  // their data is gone
    std::vector<std::string> events;
    std::vector<LinkEvent> all_events;
    ReadStatus status = ReadStatus::kIdle;  // the last one
};

// Until there were so many frames and events, or the capture ended, or this time passed.
struct Until {
    std::size_t frames = 0;
    std::size_t events = 0;
    std::chrono::milliseconds time{5'000};
};
Heard listen(LiveCapture& capture, const Until& until);

}  // namespace deadpeer::test
