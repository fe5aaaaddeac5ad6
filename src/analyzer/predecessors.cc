#include "analyzer/predecessors.h"

namespace deadpeer {
namespace {

// What the host that still holds the old connection answers a SYN with: an ACK out of its old state.
bool is_challenge(const Connection& old, const Segment& segment) {
    const SentData& own = old.sent[index(segment.direction)];
    const SentData& others = old.sent[index(opposite(segment.direction))];
    return segment.has(kAck) && !segment.has(kSyn | kRst | kFin) && segment.payload_length == 0 &&
           own.next_known && others.next_known && Seq(segment.seq) == own.next &&
           Seq(segment.ack) == others.next;
}

}  // namespace

bool Predecessors::may_be_forgotten(const Connection& connection, const Segment& syn) {
    if (connection.first.frame == 0 || connection.fin_seen == 3 || connection.rst_seen || syn.has(kAck))
        return false;
    return !is_one_way(connection) && !connection.key.is_self_connection();
}

void Predecessors::keep(const Connection& old, Connection& successor) {
    const auto number = waiting_.take();
    waiting_[number].connection = old;
    watcher_.open(successor).predecessor = number;
}

Connection* Predecessors::of(const Connection& successor) {
    const Watch* watch = watcher_.watch_of(successor);
    Waiting* waiting = watch == nullptr ? nullptr : waiting_.find(watch->predecessor);
    return waiting == nullptr ? nullptr : &waiting->connection;
}

Predecessors::Answer Predecessors::ask(Connection& successor, const Segment& segment, std::uint32_t file) {
    Waiting& waiting = waiting_[watcher_.watch_of(successor)->predecessor];
    Connection& old = waiting.connection;
    if (segment.has(kSyn)) return segment.has(kAck) ? Answer::kNothing : Answer::kWait;
    if (is_challenge(old, segment)) {
        waiting.challenge_frame = segment.frame;
        waiting.challenge_time = segment.time;
        return Answer::kWait;
    }
    const SentData& forgotten = old.sent[index(segment.direction)];
    const bool resets = segment.has(kRst) && !segment.has(kAck) && waiting.challenge_frame != 0 &&
                        Seq(segment.seq) == forgotten.next;
    if (!resets) return Answer::kNothing;

    ResetRecord reset;
    reset.shape = ResetRecord::Shape::kNoSocket;
    reset.sender = segment.direction;
    reset.time = segment.time;
    reset.frame = segment.frame;
    reset.sender_heard = old.tcp.forward(segment.direction).last_time;
    reset.provoked_time = waiting.challenge_time;
    reset.provoked_frame = waiting.challenge_frame;
    watcher_.note_reset(old, reset);
    old.rst_seen = true;
    old.last.file = static_cast<std::uint16_t>(file);
    return Answer::kEnded;
}

void Predecessors::release(Connection& successor) {
    Watch& watch = watcher_.open(successor);
    if (watch.predecessor != 0) waiting_.release(watch.predecessor);
    watch.predecessor = 0;
}

}  // namespace deadpeer
