// Predecessors: connections whose 4-tuple was used again while nothing had ended them.
//
// What:     a SYN into a living connection begins a new stream, but its receiver need not heed it: RFC 5961
//           section 4 has it answer with an ACK out of the old connection, and go on.
//           A host that rebooted may open the same 4-tuple anew. Its peer, which still holds the old
//           connection, answers the SYN with an ACK out of that (a challenge, RFC 5961 section 4.2), and
//           the host, which knows nothing of it, resets it (RFC 9293 section 3.5.1, figure 9). Wireshark
//           counts both to the new stream, but they are the end of the old one. So the old connection waits
//           for the first words of the new.
// Lifetime: the watcher must outlive it.
// Threads:  one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "analyzer/verdicts.h"
#include "analyzer/watcher.h"
#include "core/pool.h"
#include "deadpeer/segment.h"
#include "engine/connection.h"

namespace deadpeer {

class Predecessors {
public:
    explicit Predecessors(Watcher& watcher) : watcher_(watcher) {}

    // Whether the connection, open when `syn` came, may have been forgotten by the sender of the SYN.
    [[nodiscard]] static bool may_be_forgotten(const Connection& connection, const Segment& syn);

    // Takes over `old`, which the caller then clears, to wait at `successor`.
    void keep(const Connection& old, Connection& successor);

    enum class Answer {
        kWait,     // not told yet
        kEnded,    // this segment is the RST that ends the old connection, and no part of the new one
        kLives,    // the SYN was not heeded: the old connection goes on in the new stream, with this segment
        kNothing,  // the new connection goes its way: the old one's end was not captured
    };

    // Lets what waits at one wait at the next.
    void pass_on(const Connection& successor, Connection& next);

    // Asked about the successor's segments in order, as long as it has a predecessor.
    Answer ask(Connection& successor, const Segment& segment, std::uint32_t file);

    [[nodiscard]] Connection* of(const Connection& successor);
    // The same if it was seen to go on.
    [[nodiscard]] Connection* going_on(const Connection& successor);

    // Whether nothing but an unheeded SYN, if even that, stands against the old connection.
    [[nodiscard]] bool lives(const Connection& successor);

    // The connection of that number: `record`, or the one that waits at it; no value if it is neither.
    [[nodiscard]] std::optional<Verdicts::Ended> find(const Connection& record, StreamNumber stream);

    void release(Connection& successor);

    // How many more can be kept without taking memory.
    [[nodiscard]] std::size_t spare() const { return waiting_.spare(); }
    [[nodiscard]] std::size_t memory() const { return waiting_.memory(); }

private:
    struct Waiting {
        Connection connection;
        std::uint64_t challenge_frame = 0;  // 0 = not met
        Nanoseconds challenge_time = kNoTime;
        bool lives = false;
    };

    [[nodiscard]] Waiting* waiting_at(const Connection& successor);
    void end(Connection& old, const Segment& segment, ResetRecord reset, std::uint32_t file);

    Watcher& watcher_;
    Pool<Waiting> waiting_;
};

}  // namespace deadpeer
