#include "diff/difference_csv.h"

#include "deadpeer/names.h"
#include "diff/host_text.h"

namespace deadpeer {
namespace {

constexpr std::array<std::string_view, 17> kColumns = {
    "change",         "initiator",     "initiator_port", "responder", "responder_port",
    "old_stream",     "new_stream",    "verdict_frame",  "host",      "host_port",
    "peer",           "name",          "what",           "old",       "new",
    "initiator_name", "responder_name"};

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

void write(Cells& cells, const ConnectionChange& change, const HostNames& names) {
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
    write_name(cells, names, flow.initiator.address);
    write_name(cells, names, flow.responder.address);
    cells.end_row();
}

void write(Cells& cells, const ServiceChange& change, const HostNames& names) {
    const auto& [client, server] = change.service;
    cells.word(to_string(change.change));
    cells.address(client);
    cells.empty();
    cells.address(server.address);
    cells.number(server.port);
    leave_empty(cells, 7);
    cells.word(to_string(change.problem));
    cells.number(change.before);
    cells.number(change.after);
    write_name(cells, names, client);
    write_name(cells, names, server.address);
    cells.end_row();
}

void write(Cells& cells, const EventChange& change, const HostNames& names) {
    cells.word(to_string(change.change));
    leave_empty(cells, 7);
    cells.address(change.event->subject.address);
    cells.known_number(change.event->subject.port);
    if (change.event->peer == IpAddress{}) {
        cells.empty();
    } else {
        cells.address(change.event->peer);
    }
    write_name(cells, names, change.event->subject.address);
    cells.word(to_string(change.event->kind));
    cells.number(change.before);
    cells.number(change.after);
    leave_empty(cells, 2);
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
        leave_empty(cells, 2);
        cells.end_row();
    };
    seconds("keepalive_idle_s", before.idle, after.idle);
    seconds("keepalive_interval_s", before.interval, after.interval);
    if (!keepalive_differs(before.count, after.count)) return;
    begin_setting(cells, after, "keepalive_count");
    cells.number(before.count);
    cells.number(after.count);
    leave_empty(cells, 2);
    cells.end_row();
}

}  // namespace

void write_difference(Cells& cells, const Difference& difference) {
    cells.begin_file();
    for (const std::string_view column : kColumns) cells.word(column);
    cells.end_row();
    const auto write_all = [&](const auto& changes) {
        for (const auto& change : changes) write(cells, change, difference.names);
    };
    write_all(difference.connections);
    write_all(difference.services);
    write_all(difference.events);
    for (const HostChange& change : difference.hosts) write(cells, change);
}

}  // namespace deadpeer
