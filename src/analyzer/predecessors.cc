#include "analyzer/predecessors.h"

#include "engine/same_numbers.h"

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

// Both its numbers are where the old connection has come to.
bool fits(const Connection& old, const Segment& segment) {
    const SentData& own = old.sent[index(segment.direction)];
    const SentData& others = old.sent[index(opposite(segment.direction))];
    if (!segment.has(kAck) || !own.next_known || !others.next_known) return false;
    return is_near(Seq(segment.seq), own.next) && is_near(Seq(segment.ack), others.next);
}

bool acknowledges_syn(const Connection& successor, const Segment& segment) {
    return segment.direction != successor.initiator && segment.has(kAck) &&
           Seq(segment.ack) == successor.tcp.forward(successor.initiator).isn + 1;
}

bool follows_syn(const Connection& successor, const Segment& segment) {
    return segment.direction == successor.initiator &&
           Seq(segment.seq) == successor.tcp.forward(successor.initiator).isn + 1;
}

// What a host without RFC 5961 does when a SYN comes into its connection.
bool is_reset_by_syn(const Connection& old, const Segment& segment) {
    const SentData& own = old.sent[index(segment.direction)];
    const SentData& others = old.sent[index(opposite(segment.direction))];
    return segment.has(kRst) && own.next_known && Seq(segment.seq) == own.next &&
           (!segment.has(kAck) || (others.next_known && Seq(segment.ack) == others.next));
}

// It was heard, though in another stream.
void note_heard(Connection& old, const Segment& challenge) {
    if (challenge.time == kNoTime) return;
    old.tcp.forward(challenge.direction).last_time = challenge.time;
    old.last_sender = challenge.direction;
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

void Predecessors::pass_on(const Connection& successor, Connection& next) {
    watcher_.open(next).predecessor = watcher_.watch_of(successor)->predecessor;
}

Predecessors::Waiting* Predecessors::waiting_at(const Connection& successor) {
    const Watch* watch = watcher_.watch_of(successor);
    return watch == nullptr ? nullptr : waiting_.find(watch->predecessor);
}

Connection* Predecessors::of(const Connection& successor) {
    Waiting* waiting = waiting_at(successor);
    return waiting == nullptr ? nullptr : &waiting->connection;
}

Connection* Predecessors::going_on(const Connection& successor) {
    Waiting* waiting = waiting_at(successor);
    return waiting == nullptr || !waiting->lives ? nullptr : &waiting->connection;
}

bool Predecessors::lives(const Connection& successor) {
    const Waiting* waiting = waiting_at(successor);
    return waiting != nullptr && (waiting->lives || waiting->challenge_frame != 0);
}

std::optional<Verdicts::Ended> Predecessors::find(const Connection& record, StreamNumber stream) {
    if (record.tcp.number == stream) return Verdicts::Ended{&record, false};
    const Connection* old = of(record);
    if (old == nullptr || old->tcp.number != stream) return std::nullopt;
    return Verdicts::Ended{old, !lives(record)};
}

Predecessors::Answer Predecessors::ask(Connection& successor, const Segment& segment, std::uint32_t file) {
    Waiting& waiting = waiting_[watcher_.watch_of(successor)->predecessor];
    Connection& old = waiting.connection;
    if (segment.has(kSyn)) {
        if (!segment.has(kAck)) return Answer::kWait;
        waiting.lives = false;
        waiting.challenge_frame = 0;
        return Answer::kNothing;
    }
    const bool of_new = acknowledges_syn(successor, segment);
    if (waiting.lives) {
        const bool begins = (of_new || follows_syn(successor, segment)) && !fits(old, segment);
        return begins ? Answer::kNothing : Answer::kLives;
    }
    const bool from_initiator = segment.direction == successor.initiator;
    if (!from_initiator && waiting.challenge_frame == 0 && is_reset_by_syn(old, segment)) {
        ResetRecord reset;
        reset.shape = ResetRecord::Shape::kBySyn;
        reset.provoked_time = successor.last_time();
        reset.provoked_frame = successor.last.frame;
        end(old, segment, reset, file);
        return Answer::kEnded;
    }
    if (!from_initiator && is_challenge(old, segment)) {
        waiting.challenge_frame = segment.frame;
        waiting.challenge_time = segment.time;
        note_heard(old, segment);
        return Answer::kWait;
    }
    if (fits(old, segment) && !of_new) {
        waiting.lives = true;
        return Answer::kLives;
    }
    const SentData& forgotten = old.sent[index(segment.direction)];
    const bool confirms = segment.has(kRst) && !segment.has(kAck) && waiting.challenge_frame != 0 &&
                          Seq(segment.seq) == forgotten.next;
    if (!confirms) return Answer::kNothing;
    ResetRecord reset;
    reset.shape = ResetRecord::Shape::kNoSocket;
    reset.reopened = from_initiator;
    reset.provoked_time = waiting.challenge_time;
    reset.provoked_frame = waiting.challenge_frame;
    end(old, segment, reset, file);
    return Answer::kEnded;
}

void Predecessors::end(Connection& old, const Segment& segment, ResetRecord reset, std::uint32_t file) {
    reset.sender = segment.direction;
    reset.time = segment.time;
    reset.frame = segment.frame;
    reset.sender_heard = old.tcp.forward(segment.direction).last_time;
    watcher_.note_reset(old, reset);
    old.rst_seen = true;
    old.last.file = static_cast<std::uint16_t>(file);
}

void Predecessors::release(Connection& successor) {
    Watch& watch = watcher_.open(successor);
    if (watch.predecessor != 0) waiting_.release(watch.predecessor);
    watch.predecessor = 0;
}

}  // namespace deadpeer
