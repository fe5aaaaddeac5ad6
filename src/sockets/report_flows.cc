#include "sockets/report_flows.h"

#include <array>

#include "diff/cell_values.h"
#include "diff/report_file.h"
#include "report/reports.h"

namespace deadpeer {
namespace {

using Cells = std::array<std::string, 14>;

constexpr std::array<const char*, 14> kColumns = {"stream",
                                                  "initiator",
                                                  "initiator_port",
                                                  "responder",
                                                  "responder_port",
                                                  "verdict",
                                                  "initiator_probes",
                                                  "initiator_keepalive_idle_s",
                                                  "initiator_keepalive_interval_s",
                                                  "initiator_keepalive_count",
                                                  "responder_probes",
                                                  "responder_keepalive_idle_s",
                                                  "responder_keepalive_interval_s",
                                                  "responder_keepalive_count"};

// Of the side whose four columns begin at `first`.
InferredKeepalive keepalive_of(const Cells& cells, std::size_t first) {
    const auto number = [&](std::size_t i) {
        return number_of(cells[i], kColumns[i], EmptyCell::kIsUnknown);
    };
    const auto duration = [&](std::size_t i) { return duration_of(cells[i], kColumns[i]); };
    return {.idle = duration(first + 1),
            .interval = duration(first + 2),
            .count = number(first + 3),
            .probes = number(first)};
}

struct KeyOfEnds {
    FlowKey key;
    Direction direction = Direction::kFromLow;  // of what the first end sends
};

KeyOfEnds key_of(const Endpoint& from, const Endpoint& to) {
    const auto from_words = from.address.words();
    const auto to_words = to.address.words();
    KeyOfEnds ends;
    ends.direction = write_flow_key({from_words[0], from_words[1]}, from.port, {to_words[0], to_words[1]},
                                    to.port, from.address.is_v6, ends.key);
    return ends;
}

}  // namespace

void ReportFlows::expect(const Endpoint& local, const Endpoint& remote) {
    flows_.try_emplace(key_of(local, remote).key);
}

Status ReportFlows::read(const std::string& folder) {
    const std::string path = folder + "/" + file_name(Report::kFlows);
    return read_report<kColumns.size()>(path, kColumns, [&](const Cells& cells) {
        constexpr std::size_t kInitiator = 6;
        constexpr std::size_t kResponder = 10;
        const Endpoint initiator = {address_of(cells[1], kColumns[1]), port_of(cells[2], kColumns[2])};
        const Endpoint responder = {address_of(cells[3], kColumns[3]), port_of(cells[4], kColumns[4])};
        const KeyOfEnds ends = key_of(initiator, responder);
        const auto expected = flows_.find(ends.key);
        if (expected == flows_.end()) return;
        Row row;
        row.found = true;
        // A run with a filter knows no stream numbers.
        if (!cells[0].empty()) row.stream = number_of(cells[0], kColumns[0], EmptyCell::kIsBad);
        row.verdict = verdict_of(cells[5]);
        row.by_sender[index(ends.direction)] = keepalive_of(cells, kInitiator);
        row.by_sender[index(opposite(ends.direction))] = keepalive_of(cells, kResponder);
        expected->second = row;
    });
}

std::optional<ReportFlow> ReportFlows::find(const Endpoint& local, const Endpoint& remote) const {
    const KeyOfEnds ends = key_of(local, remote);
    const auto found = flows_.find(ends.key);
    if (found == flows_.end() || !found->second.found) return std::nullopt;
    const Row& row = found->second;
    return ReportFlow{row.stream, row.verdict, row.by_sender[index(ends.direction)]};
}

}  // namespace deadpeer
