// Incidents: gathers events by their cause.
//
//     Incidents incidents;
//     ... incidents.add(finding);  // each event
//     for (const Incident& incident : incidents.list()) ...
//
// What:    each event goes to the case that it belongs to (CauseClass); list() joins cases that have one
//          cause: the probes that a host left unanswered and its death, the connections that a path forgot.
//          An event that is taken back leaves. What does no harm (severity info alone) makes no incident.
// Order:   events may come in any order; which of two moments is meant can depend on it where both fit.
// Cost:    O(log cases) an event; list() O(cases log cases).
// Memory:  kMostCases, about 8 MB; the lesser half goes when there are more, and left_out() counts its
//          events. Of connections kMostStreams numbers are kept; those beyond are counted.
// Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "report/incident/case.h"

namespace deadpeer {

using Cases = std::map<CaseKey, Case>;

class Incidents {
public:
    static constexpr std::size_t kMostCases = 4096;
    static constexpr std::size_t kMostStreams = 65536;

    // Whether an event can be part of an incident, or take one back.
    static bool concerns(const Finding& finding);

    void add(const Finding& finding);

    // The worst first.
    [[nodiscard]] std::vector<Incident> list() const;

    // Events of incidents for which there was no room.
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
    // That, in a sentence; empty if there was room for all.
    [[nodiscard]] std::string left_out_text() const;

private:
    // The case with the key in whose window the event may lie; end() if there is none.
    [[nodiscard]] Cases::iterator find(const CaseKey& key, const Window& window);
    void move_window(Cases::iterator one);
    void take_back(const Finding& change);
    void take_back(const CaseKey& key, const Finding& change);
    void forget_lesser();

    Cases cases_;
    std::size_t streams_ = 0;  // numbers kept
    std::uint64_t left_out_ = 0;
};

}  // namespace deadpeer
