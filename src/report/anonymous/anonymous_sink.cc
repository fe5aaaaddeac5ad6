#include "report/anonymous/anonymous_sink.h"

namespace deadpeer {

void hide(Segment& segment, Anonymiser& anonymiser) {
    if (anonymiser.hide(segment.key)) segment.direction = opposite(segment.direction);
}

void AnonymousSink::hide(MacChange& macs) {
    macs.before = anonymiser_.hidden_mac(macs.before);
    macs.now = anonymiser_.hidden_mac(macs.now);
}

SegmentRow AnonymousSink::hidden(SegmentRow row) {
    deadpeer::hide(row.segment, anonymiser_);
    return row;
}

Finding AnonymousSink::hidden(Finding finding) {
    finding.subject.address = anonymiser_.hidden(finding.subject.address);
    finding.peer.address = anonymiser_.hidden(finding.peer.address);
    for (HolderCount& holder : finding.holders) holder.host = anonymiser_.hidden(holder.host);
    hide(finding.macs);
    return finding;
}

FlowSummary AnonymousSink::hidden(FlowSummary flow) {
    if (anonymiser_.hide(flow.key)) flow.initiator = opposite(flow.initiator);
    hide(flow.macs);
    return flow;
}

}  // namespace deadpeer
