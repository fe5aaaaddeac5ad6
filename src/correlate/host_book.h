// HostBook: what is known of hosts across their connections, to tell a reboot from a forgotten connection.
//
// What:    filled when verdicts are due: every connection at both its hosts, and the announcements and resets
//          met. Then asked about each connection that a no-socket RST ended. A machine that has several
//          addresses is one host, under one of them.
// Cost:    adding O(1), freeze O(n log n), a question O(log n) and a look at each silence of the host in the
//          time that is asked about, at most kMaxLooked.
// Memory:  the latest kMaxKept announcements, and as many resets; connections while they are asked about.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/time.h"
#include "detect/silence.h"
#include "detect/watch.h"

namespace deadpeer {

// A connection as one of its hosts lived it.
struct HostConnection {
    IpAddress host;           // the machine, by one of its addresses
    IpAddress address;        // of the machine, that the connection had
    StreamNumber stream = 0;  // of the first view, where it is seen on both sides of a NAT
    Nanoseconds first_time = kNoTime;
    Nanoseconds heard = kNoTime;  // the host's last segment, a no-socket RST not counted
    Nanoseconds reset = kNoTime;  // its no-socket RST; kNoTime if there is none
    bool opened_by_host = false;
    bool open = true;  // nothing has ended it
    std::uint32_t first_file = 0;
    std::uint64_t first_frame = 0;
    Silences quiet;              // of the host's frames that are no TCP segments, between `heard` and `reset`
    bool ip_id_ran_on = false;   // from `heard` to `reset`
    bool address_moved = false;  // in between
    bool was_heard = true;       // `heard` is the time of a segment, not of the connection's first
    bool reopened = false;       // the RST answers what its own SYN on the same ports met
    Signs taken = 0;             // of kSignsAddress
};

class HostBook {
public:
    static constexpr std::size_t kMaxLooked = 10'000;
    // What a host does right after it came back still belongs to its return.
    static constexpr Nanoseconds kAfterReturn = 10 * kSecond;
    // So many hosts do not lose connections within that time by chance, unless each announces that it boots.
    static constexpr std::size_t kManyHosts = 3;
    static constexpr Nanoseconds kAtOnce = 5 * kSecond;
    // After less than that no middlebox is known to forget a connection that it does not close.
    static constexpr Nanoseconds kShortestTimeout = 238 * kSecond;
    // Connections that are found lost further apart may each have been lost by something else.
    static constexpr Nanoseconds kFoundTogether = kShortestTimeout;

    // Before the connections are added: of the host of this one, those that can tell no more than when the
    // host was heard, and that they are there, are not kept one by one.
    void ask_about(const HostConnection& forgotten);

    // Where not all find room in kMostBytes, nothing is known of any host until forget_connections().
    void add(const HostConnection& connection) {
        if (condense(connection)) return;
        if (connections_.size() < kMost) {
            connections_.push_back(connection);
        } else {
            ++left_out_;
        }
    }
    // A host that is asked about was heard within that time, on connections that are not added. `resets`: its
    // last word was a no-socket RST.
    void add_heard(const IpAddress& host, Nanoseconds from, Nanoseconds to, bool resets);
    // What it may come to hold, about, when so many connections met a RST and their hosts are asked about.
    [[nodiscard]] static std::size_t memory_for(std::size_t resets) {
        return std::min(resets * (2 * sizeof(HostConnection) + sizeof(Asked)), 3 * kMostBytes);
    }
    // Connections that found no room so far.
    [[nodiscard]] std::uint64_t left_out() const { return left_out_ + left_out_before_; }

    // All but the announcements and resets.
    void forget_connections();

    // The host told the network that it is (again) there.
    void announce(const IpAddress& host, Nanoseconds time, std::uint32_t file, std::uint64_t frame);
    // Whether it did, after a silence, between its last word and a second after its RST.
    // REQUIRES: forget_connections() was called since it did.
    [[nodiscard]] bool has_announced(const IpAddress& host, Nanoseconds heard, Nanoseconds reset) const;
    // It sent a no-socket RST.
    void note_reset(const IpAddress& host, Nanoseconds time);

    // Before the first question.
    void freeze();

    // What speaks for or against a reboot of the host between its last word on `forgotten` and its RST there.
    // REQUIRES: frozen; `forgotten` was added.
    [[nodiscard]] Signs signs_of(const HostConnection& forgotten) const;

    // When the host was silent in all that was seen of it, for as long as a boot takes; of no length
    // if it was not. REQUIRES: frozen; `forgotten` was added.
    [[nodiscard]] Silence silence_of(const HostConnection& forgotten) const;

    // Whether an open connection that the host had before was neither forgotten nor heard since: it may yet
    // tell whether the host knows it. REQUIRES: frozen.
    [[nodiscard]] bool witness_is_awaited(const HostConnection& forgotten) const;

    // The frames in that input of the host's announcement and of the burst of connections that it opened,
    // where there are any.
    [[nodiscard]] FrameTrail evidence_of(const HostConnection& forgotten, std::uint32_t file) const;

private:
    struct Announcement {
        IpAddress host;
        Nanoseconds time;
        std::uint32_t file;
        std::uint64_t frame;
    };

    struct Reset {
        Nanoseconds time;
        IpAddress host;
        bool of_many = false;  // while frozen: kManyHosts sent one within kAtOnce
    };

    // Of a connection and those of its host that are as old or older, but for those of no known age.
    struct Older {
        Nanoseconds heard = kNoTime;  // the latest
        Nanoseconds witness =
            std::numeric_limits<Nanoseconds>::max();  // the first heard of those that may tell
    };

    // A connection that its host has lost, and those of the same address that were not heard after it.
    struct Lost {
        IpAddress address;
        Nanoseconds heard;
        StreamNumber stream = 0;
        bool was_heard = true;
        bool reopened = false;
        Nanoseconds reset = kNoTime;  // its own
        // The latest RST of them, of all but one, and of those whose IP ids ran on; kNoTime if there is none.
        Nanoseconds last_reset = kNoTime;
        Nanoseconds other_reset = kNoTime;
        Nanoseconds reset_ran_on = kNoTime;
    };

    // The first connections of a burst that a host opened.
    struct Burst {
        static constexpr std::size_t kFewest = 3;

        IpAddress host;
        Nanoseconds begin;
        Nanoseconds end;
        std::array<std::uint32_t, kFewest> files;
        std::array<std::uint64_t, kFewest> frames;
    };

    struct HostSilence {
        IpAddress host;
        Silence silence;
    };
    static constexpr std::size_t kMaxKept = 65'536;
    static constexpr std::size_t kMostBytes = std::size_t{24} << 20;
    static constexpr std::size_t kMost = kMostBytes / sizeof(HostConnection);

    struct HeardUntil {
        Nanoseconds to;
        bool resets;  // by a no-socket RST
    };
    using HeardSpans = std::map<Nanoseconds, HeardUntil>;  // by when they begin
    static void add_span(HeardSpans& all, Nanoseconds from, HeardUntil until);
    [[nodiscard]] static Nanoseconds heard_until(const HeardSpans& all, Nanoseconds before);

    // What is known of a host that is asked about, but for the connections that are kept.
    struct Asked {
        Nanoseconds opened;     // connections that it opened since then matter
        Nanoseconds reset;      // so does what is heard after that
        HeardSpans heard;       // kShortestBoot or more apart
        HostConnection oldest;  // of those that are open; if it has a first_time
        std::size_t lost = 0;   // of those that are kept
    };
    // Of the connections that one host has lost so many are kept one by one, and those that its IP ids tell
    // more of.
    static constexpr std::size_t kMostLost = 4'096;

    bool condense(const HostConnection& connection);
    static bool condense_lost(Asked& asked, const HostConnection& connection);
    void find_many_hosts();
    void find_links_up();
    void find_older();
    void look_at_host(std::span<const HostConnection> all);
    void find_silences(std::span<const HostConnection> all);
    void find_lost(std::span<const HostConnection> all);
    void find_bursts(std::span<const HostConnection> all);
    [[nodiscard]] static bool is_periodic(std::span<const Announcement> all);
    void find_boots(const IpAddress& host);
    [[nodiscard]] const Older& older(const IpAddress& host, Nanoseconds than) const;
    [[nodiscard]] const Lost* lost_in(const Silence& silence, const IpAddress& address) const;
    [[nodiscard]] bool lost_others(const HostConnection& forgotten, const Silence& silence) const;
    [[nodiscard]] bool many_hosts_reset(Nanoseconds time) const;
    [[nodiscard]] static bool ends_silence(const Announcement& announcement, const HostConnection& forgotten);
    [[nodiscard]] const Announcement* announcement_of(const HostConnection& forgotten) const;
    [[nodiscard]] const Burst* burst_of(const HostConnection& forgotten) const;

    std::uint64_t left_out_ = 0;  // since forget_connections(), and before
    std::uint64_t left_out_before_ = 0;
    std::vector<HostConnection> connections_;
    std::map<IpAddress, Asked> asked_;
    std::vector<Announcement> announcements_;
    std::vector<Reset> resets_;
    bool resets_are_new_ = false;

    // While frozen: of each connection, and of the hosts that have sent a no-socket RST, in the order of
    // hosts and times. When no TCP connection of theirs was heard; what they announced after a silence.
    std::vector<Older> older_;
    std::vector<HostSilence> silences_;
    std::vector<Lost> lost_;
    std::vector<Burst> bursts_;
    std::vector<Announcement> boots_;
    std::vector<Nanoseconds> links_up_;  // when kManyHosts or more announced themselves at once, in order
};

// Puts what evidence_of() found among the finding's own evidence, each frame once, in the order of frames.
void add_host_evidence(Finding& finding, const FrameTrail& evidence);

}  // namespace deadpeer
