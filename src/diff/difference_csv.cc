#include "diff/difference_csv.h"

#include "deadpeer/names.h"

namespace deadpeer {
namespace {

constexpr std::array<std::string_view, 15> kColumns = {
    "change",     "initiator",  "initiator_port", "responder", "responder_port",
    "old_stream", "new_stream", "verdict_frame",  "host",      "host_port",
    "peer",       "name",       "what",           "old",       "new"};

void leave_empty(Cells& cells, int count) {
    for (int i = 0; i < count; ++i) cells.empty();
}

void write_stream(Cells& cells, const FlowRecord* flow) {
    if (flow == nullptr || !flow->stream) return cells.empty();
    cells.number(*flow->stream);
}

void write_verdict(Cells& cells, const FlowRecord* flow) {
    if (flow == nullptr) return cells.empty();
    cells.word(to_string(flow->verdict));
}

void write(Cells& cells, const ConnectionChange& change) {
    const FlowRecord& flow = change.known();
    cells.word(to_string(change.change));
    cells.address(flow.initiator.address);
    cells.number(flow.initiator.port);
    cells.address(flow.responder.address);
    cells.number(flow.responder.port);
    write_stream(cells, change.before);
    write_stream(cells, change.after);
    cells.known_number(change.after == nullptr ? 0 : flow.verdict_frame);
    leave_empty(cells, 4);
    cells.word("verdict");
    write_verdict(cells, change.before);
    write_verdict(cells, change.after);
    cells.end_row();
}

void write(Cells& cells, const EventChange& change) {
    cells.word(to_string(Change::kNewEvent));
    leave_empty(cells, 7);
    cells.address(change.event->subject.address);
    cells.known_number(change.event->subject.port);
    if (change.event->peer == IpAddress{}) {
        cells.empty();
    } else {
        cells.address(change.event->peer);
    }
    cells.empty();
    cells.word(to_string(change.event->kind));
    cells.number(change.before);
    cells.number(change.after);
    cells.end_row();
}

void begin_setting(Cells& cells, const HostRecord& host, std::string_view setting) {
    cells.word(to_string(Change::kKeepalive));
    leave_empty(cells, 7);
    cells.address(host.address);
    leave_empty(cells, 2);
    cells.text(host.name);
    cells.word(setting);
}

void write(Cells& cells, const HostChange& change) {
    const HostRecord& before = *change.before;
    const HostRecord& after = *change.after;
    const auto seconds = [&](std::string_view setting, Nanoseconds was, Nanoseconds is) {
        if (!keepalive_differs(was, is)) return;
        begin_setting(cells, after, setting);
        cells.seconds(was);
        cells.seconds(is);
        cells.end_row();
    };
    seconds("keepalive_idle_s", before.idle, after.idle);
    seconds("keepalive_interval_s", before.interval, after.interval);
    if (!keepalive_differs(before.count, after.count)) return;
    begin_setting(cells, after, "keepalive_count");
    cells.number(before.count);
    cells.number(after.count);
    cells.end_row();
}

}  // namespace

void write_difference(Cells& cells, const Difference& difference) {
    cells.begin_file();
    for (const std::string_view column : kColumns) cells.word(column);
    cells.end_row();
    for (const ConnectionChange& change : difference.connections) write(cells, change);
    for (const EventChange& change : difference.events) write(cells, change);
    for (const HostChange& change : difference.hosts) write(cells, change);
}

}  // namespace deadpeer
