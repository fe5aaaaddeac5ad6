#include "evidence/proofs.h"

#include <algorithm>

#include "report/incident/incidents.h"
#include "report/text/explanation.h"

namespace deadpeer {
namespace {

// Whether a connection that ended like this can be part of an incident that names it in no event of its own.
bool may_be_lost(const FlowSummary& flow) {
    switch (flow.verdict) {
        case Verdict::kNone:
        case Verdict::kUnknown:
        case Verdict::kAlive:
        case Verdict::kIdle:
        case Verdict::kScan:
        case Verdict::kNoAnswer:
            return false;
        case Verdict::kClosed:
            return flow.reason != Reason::kFinExchanged && flow.reason != Reason::kResetAfterFin;
        default:
            return true;
    }
}

}  // namespace

Proof proof_of(const Finding& finding) {
    Proof proof;
    proof.kind = finding.kind;
    proof.reason = finding.reason;
    proof.confidence = finding.confidence;
    proof.tries = finding.tries;
    proof.file = finding.file;
    proof.frame = finding.frame;
    proof.stream = finding.stream;
    proof.time = finding.time;
    proof.subject = finding.subject;
    proof.peer = finding.peer;
    proof.evidence = finding.evidence;
    proof.evidence_count =
        static_cast<std::uint8_t>(std::min<std::size_t>(finding.evidence_count, finding.evidence.size()));
    Explanation words;
    proof.what = explain(words, finding).what;
    return proof;
}

void Proofs::add(const Finding& finding) {
    if (finding.stream < 0 || finding.left_out != 0 || !Incidents::concerns(finding)) return;
    if (proofs_.size() == kMost) return;
    of_stream_[static_cast<StreamNumber>(finding.stream)].push_back(
        static_cast<std::uint32_t>(proofs_.size()));
    proofs_.push_back(proof_of(finding));
}

void Proofs::add(const FlowSummary& flow) {
    if (flows_.size() == kMost ||
        (!may_be_lost(flow) && !flow.heartbeat_missed && !of_stream_.contains(flow.stream)))
        return;
    flows_[flow.stream] = {flow.key, {flow.first_file, flow.first_frame}, {flow.last_file, flow.last_frame}};
}

std::vector<const Proof*> Proofs::of(const Incident& incident) const {
    std::vector<const Proof*> found;
    for (const StreamNumber stream : incident.streams) {
        const auto known = of_stream_.find(stream);
        if (known == of_stream_.end()) continue;
        for (const std::uint32_t place : known->second) {
            const Proof& proof = proofs_[place];
            const bool meant = proof.time >= incident.first && proof.time <= incident.last;
            if (meant && incident.count(proof.kind) > 0) found.push_back(&proof);
        }
    }
    return found;
}

const ProvenFlow* Proofs::flow(StreamNumber stream) const {
    const auto known = flows_.find(stream);
    return known == flows_.end() ? nullptr : &known->second;
}

}  // namespace deadpeer
