// Knowledge: what is known of keepalive settings, of boxes that forget idle connections, of heartbeats.
//
//     Result<Knowledge> knowledge = Knowledge::load({.profiles = "", .timeouts = "my_boxes.csv"});
//     knowledge.value().matching_profiles(side.keepalive, side.probe_payload);
//
// What:     the tables of this folder, built into the program, and the user's. Matching says what fits the
//           numbers; it does not say what it was. A profile or a timeout that is not verified carries
//           "unverified" with its name.
// Lifetime: a value; pointers it answers are valid as long as it is.
// Threads:  const calls may run in parallel.
// Errors:   load() names the file, the line and what is wrong with it.
// Cost:     a match walks its table: a few dozen rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "deadpeer/flow_summary.h"
#include "deadpeer/result.h"
#include "deadpeer/time.h"
#include "knowledge/table_rows.h"

namespace deadpeer {

// The user's own tables, by path; empty: none.
struct KnowledgeFiles {
    std::string profiles = {};  // replaces the built-in keepalive profiles
    std::string timeouts = {};  // is added to the built-in idle timeouts
};

class Knowledge {
public:
    // The tables of this folder, read once in a process.
    static const Knowledge& builtin();

    // Those and the user's.
    static Result<Knowledge> load(const KnowledgeFiles& files);

    // Names of the profiles that fit an inferred timer, joined by ';'; empty if nothing fits or too little is
    // known. A profile fits if nothing known of it contradicts the timer (durations: from 1 % below to 3 % or
    // 50 ms above) and at least two of idle, interval, count and doubling intervals agree. If only the idle
    // time was seen, it names stacks by it, for that is what sockets do by themselves, but no applications,
    // for any program may ask for 60 s.
    // Only those that agree in most are named: 7200 s alone names every stack with that default, 7200/75/9
    // those that have all three.
    [[nodiscard]] std::string matching_profiles(const KeepaliveTimer& timer,
                                                std::uint8_t probe_payload) const;

    // "NAME (350 s)" of the boxes that would have forgotten a connection after `idle_at_failure` of silence
    // (or within 1 % of it) but not after `idle_survived` (kNoTime: not known); longest time first, joined by
    // ';'.
    [[nodiscard]] std::string matching_timeouts(Nanoseconds idle_at_failure, Nanoseconds idle_survived) const;

    // The same of those that forget one of which one side has sent its FIN, after that silence.
    [[nodiscard]] std::string matching_half_closed_timeouts(Nanoseconds idle) const;

    // Names of what is known to close connections after that time without data, joined by ", ", as many as
    // `room` characters hold: servers, and if a RST closes them (`by_reset`), middleboxes, too. Timers fire
    // late by up to 3 % or half a second.
    [[nodiscard]] std::string closing_timers(Nanoseconds idle, bool by_reset, std::size_t room) const;

    // All times after which one forgets a connection without closing it; and more of them.
    [[nodiscard]] std::vector<Nanoseconds> forgetting_times() const;
    void add_forgetting_times(std::span<const Nanoseconds> times);

    // The shortest of them that forgets a connection without closing it; kNoTime if there is none.
    [[nodiscard]] Nanoseconds shortest_timeout(Nanoseconds idle_at_failure, Nanoseconds idle_survived) const;

    // The row that says how a message begins, counted from 1; 0 if none does.
    // `first_bytes`: the message from its first byte on, whole or its first 64 bytes.
    [[nodiscard]] std::uint16_t heartbeat_protocol(std::span<const std::uint8_t> first_bytes) const;

    // The row of that number; nullptr for 0 and for what is beyond the table.
    [[nodiscard]] const HeartbeatPattern* heartbeat(std::uint16_t id) const;

private:
    void sort_timeouts();
    static std::string names_that_fit(std::span<const IdleTimeout> timeouts, Nanoseconds idle_at_failure,
                                      Nanoseconds idle_survived);
    static bool fits(const IdleTimeout& timeout, Nanoseconds idle_at_failure, Nanoseconds idle_survived);

    std::vector<KeepaliveProfile> profiles_;
    std::vector<IdleTimeout> timeouts_;  // longest first
    std::vector<IdleTimeout> half_closed_timeouts_;
    std::vector<IdleTimeout> server_timers_;
    std::vector<HeartbeatPattern> heartbeats_;
};

}  // namespace deadpeer
