// LostTogether: whether connections of several hosts with one peer were lost at one moment: then what lies
// between them lost its state, not each of the hosts.
//
// What:    all no-socket RSTs are noted as they come. When verdicts are due, prepare() finds the moments, and
//          then connections of the peers are looked at, as those that outlive the moment speak against it.
//          Where these are too many to look at nothing is known.
// Cost:    noting O(1), prepare O(n log n) if there is something new, all else O(log n) and a look at each
//          moment that a connection was there at, at most kMaxLooked. Of the connections of a peer that lost
//          n at once no more than most_looked(n) need be looked at.
// Memory:  the latest kMaxKept losses and kMaxGone others that are forgotten, and kMaxAsked peers while they
//          are asked about.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "deadpeer/address.h"
#include "deadpeer/time.h"
#include "detect/lost_moment.h"

namespace deadpeer {

class LostTogether {
public:
    // So many hosts do not lose connections within kAtOnce by chance.
    static constexpr std::size_t kFewestHosts = 3;
    static constexpr Nanoseconds kAtOnce = 10 * kSecond;
    static constexpr std::size_t kMaxKept = 16'384;
    static constexpr std::size_t kMaxGone = 4'096;
    static constexpr std::size_t kMaxAnswers = 1'024;
    // So long after a moment new connections tell of it.
    static constexpr Nanoseconds kSince = 60 * kSecond;
    // So many hosts do not refuse connections on ports that they served by chance.
    static constexpr std::size_t kFewestRefusing = 2;
    static constexpr std::size_t kMaxLooked = 64;
    static constexpr std::size_t kMaxAsked = 16'384;

    static constexpr std::size_t most_looked(std::size_t lost) { return 4 * lost + 64; }

    // A connection that `host` no longer had when `peer` sent something.
    struct Loss {
        IpAddress peer;
        IpAddress host;
        Nanoseconds first_time = kNoTime;
        Nanoseconds heard = kNoTime;  // the host's last segment
        Nanoseconds reset = kNoTime;
        bool counts = true;      // nothing else is known to end such a connection
        std::uint16_t port = 0;  // of the host
        std::uint8_t ttl = 0;    // of the RST
        std::uint64_t mac = 0;   // that the RST came from, with a TTL that no router counted down; 0: none

        friend bool operator==(const Loss&, const Loss&) = default;
    };

    // How the host's port answered the peer's SYN.
    enum class Answer : std::uint8_t { kNone, kAccepted, kRefused };

    // A connection of `peer` on which `host` was heard in that time; one that was lost, until then.
    struct Lived {
        IpAddress peer;
        IpAddress host;
        Nanoseconds from;
        Nanoseconds to;
        Nanoseconds last = kNoTime;  // of either
        bool open = false;
        Answer answer = Answer::kNone;
        std::uint16_t port = 0;  // of the host
        std::uint8_t ttl = 0;    // of the RST that refused it
    };

    void note(const Loss& loss);
    // Whether it is known to be the peer of a loss. Connections of others tell nothing.
    [[nodiscard]] bool has_noticed(const IpAddress& peer) const { return peers_.contains(peer); }
    // One that was not lost and will not be looked at again.
    void note_gone(const Lived& lived);

    // Whether the host said within that time that it boots.
    using Announced = std::function<bool(const IpAddress& host, Nanoseconds from, Nanoseconds to)>;
    // Before connections are looked at. What was asked about is forgotten.
    void prepare(const Announced& announced);

    // After prepare(): moment_of() and is_awaited() will be asked about that loss.
    void ask_about(const Loss& loss);
    // The peers of these whose connections must be looked at, in order.
    [[nodiscard]] std::vector<IpAddress> peers_asked() const;

    // A connection of a peer, each once; of those whose peer is asked about all, or as long as these are
    // wanted.
    void add_lived(const Lived& lived);
    [[nodiscard]] bool wants_more(const IpAddress& peer) const;
    // No more of them are looked at: what is not decided by then is not known.
    void give_up(const IpAddress& peer);

    // When the loss was one of several. REQUIRES: it was asked about.
    [[nodiscard]] std::optional<LostMoment> moment_of(const Loss& loss) const;

    // Whether one of those hosts is now known to have had a connection that outlived that.
    [[nodiscard]] bool is_refuted(const Loss& loss) const;

    // Whether connections of the peer with so many other hosts that this may become a moment were neither
    // lost nor heard since, as far as is known.
    [[nodiscard]] bool is_awaited(const IpAddress& peer) const;

    [[nodiscard]] std::size_t memory() const {
        constexpr std::size_t kOfMap = 48;
        return losses_.capacity() * (sizeof(Loss) + sizeof(IpAddress) + sizeof(Service)) +
               (gone_.capacity() + answers_.capacity()) * sizeof(Lived) +
               moments_.capacity() * sizeof(OfPeer) +
               peers_.size() * (sizeof(IpAddress) + sizeof(Noticed) + kOfMap);
    }

private:
    // Where a connection was lost, and the TTL of the RST.
    struct Service {
        IpAddress host;
        std::uint16_t port = 0;
        std::uint8_t ttl = 0;
    };
    struct OfPeer {
        IpAddress peer;
        LostMoment moment;
        std::vector<IpAddress> hosts;  // in order, each once
        std::vector<Service> services;
        std::vector<std::uint64_t> macs;  // by which the RSTs came
        std::size_t lost = 0;
        Nanoseconds shortest = kNoTime;  // of the silences before
        bool repeated = false;           // it happens after so much silence again and again

        // What the connections tell that are there.
        std::size_t outlived = 0;
        std::size_t others = 0;           // that were there, and not heard since
        bool refuted = false;             // a connection of one of these hosts outlived it
        std::vector<IpAddress> refusing;  // hosts that refused a connection since, each once
        bool accepts = false;             // one has accepted one

        [[nodiscard]] bool is_known() const { return outlived + others <= most_looked(lost); }
        [[nodiscard]] bool stands() const { return !refuted && !repeated && outlived <= lost && is_known(); }
        // REQUIRES: closed.
        [[nodiscard]] bool are_on_link();
        void add(const Lived& lived);
        void add_answer(const Lived& lived);
        void forget_lived();
    };

    // One whose peer is asked about.
    struct Asked {
        IpAddress host;
        Nanoseconds reset;
        std::vector<IpAddress> others;     // the first hosts that may yet lose a connection
        std::vector<std::size_t> moments;  // that its losses were part of, if they stand
        std::size_t looked = 0;
        bool given_up = false;
    };
    // The losses that a peer noticed, of those that are kept.
    struct Noticed {
        std::size_t count = 0;
        Nanoseconds first = kNoTime;
        Nanoseconds last = kNoTime;

        void add(Nanoseconds reset) {
            first = count == 0 ? reset : std::min(first, reset);
            last = count == 0 ? reset : std::max(last, reset);
            ++count;
        }
    };

    void refute_repeated();
    void leave_out_frequent();
    void find_moments(const Announced& announced);
    void close(OfPeer&& candidate);
    [[nodiscard]] std::size_t first_after(const IpAddress& peer, Nanoseconds time) const;
    // moments_.size() if there is none.
    [[nodiscard]] std::size_t place_of(const Loss& loss) const;
    void compare(const Lived& lived);
    void compare_answer(const Lived& lived);

    std::vector<Loss> losses_;
    bool losses_are_new_ = false;
    std::vector<Lived> gone_;
    std::vector<Lived> answers_;        // of others that are forgotten, to the peers of losses
    Nanoseconds gone_until_ = kNoTime;  // of those that outlived a moment until then some are not known
    std::map<IpAddress, Asked> asked_;
    std::vector<OfPeer> moments_;  // in the order of peers and times
    std::map<IpAddress, Noticed> peers_;
};

}  // namespace deadpeer
