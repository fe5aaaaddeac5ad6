#include "diff/trend_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "diff/host_text.h"
#include "report/text/text.h"

namespace deadpeer {
namespace {

constexpr std::array<std::string_view, 14> kColumns = {
    "standing", "client",    "server",   "server_port", "problem", "runs",        "seen",
    "of",       "first_run", "last_run", "tendency",    "counts",  "client_name", "server_name"};

std::string_view title(Standing standing) {
    switch (standing) {
        case Standing::kNew:
            return "New in the last run";
        case Standing::kChronic:
            return "Chronic";
        case Standing::kResolved:
            return "Not in the last run";
        case Standing::kAbsent:
            return "Not to be judged: nothing of them is in the last run";
    }
    return {};
}

std::uint64_t count_of(const std::vector<TrendRow>& rows, Standing standing) {
    return static_cast<std::uint64_t>(std::count_if(
        rows.begin(), rows.end(), [&](const TrendRow& row) { return row.standing == standing; }));
}

std::string about(const Problem& problem, const HostNames& names) {
    const auto& [client, server] = problem.service;
    if (problem.verdict != Verdict::kNone) return service_text(problem.service, names);
    if (client == IpAddress{}) return host_text(server, names);
    return host_text(server, names) + " and " + host_text(client, names);
}

// The last of them where there are many.
std::string counts_text(const std::vector<std::uint64_t>& counts) {
    constexpr std::size_t kMost = 16;
    const auto from = counts.size() > kMost ? counts.end() - kMost : counts.begin();
    return fmt::format("{}{}", from == counts.begin() ? "" : "... ", fmt::join(from, counts.end(), " "));
}

// The others' is plain from where they stand.
std::string tendency_text(const TrendRow& row) {
    if (row.standing != Standing::kChronic || row.tendency == Tendency::kSteady) return {};
    return fmt::format(", getting {}", to_string(row.tendency));
}

std::string line_of(const TrendRow& row, const Trend& trend) {
    const std::size_t all = trend.runs().size();
    std::string line = fmt::format("  {}: {} in {} of {} runs", about(row.problem, trend.names()),
                                   name_of(row.problem), row.runs, all);
    if (row.seen < all) line += fmt::format(" (seen in {})", row.seen);
    const auto run = [&](std::size_t i) { return printable(trend.runs()[i]); };
    if (row.runs == 1) {
        line += fmt::format(", {}", run(row.first));
    } else {
        line += fmt::format(", first {}, last {}", run(row.first), run(row.last));
    }
    return line + fmt::format("{}: {}\n", tendency_text(row), counts_text(row.counts));
}

void write_row(Cells& cells, const TrendRow& row, const Trend& trend) {
    const auto& [client, server] = row.problem.service;
    cells.word(to_string(row.standing));
    client == IpAddress{} ? cells.empty() : cells.address(client);
    cells.address(server.address);
    cells.known_number(server.port);
    cells.word(name_of(row.problem));
    cells.number(row.runs);
    cells.number(row.seen);
    cells.number(trend.runs().size());
    cells.text(trend.runs()[row.first]);
    cells.text(trend.runs()[row.last]);
    cells.word(to_string(row.tendency));
    cells.word(fmt::format("{}", fmt::join(row.counts, " ")));
    write_name(cells, trend.names(), client);
    write_name(cells, trend.names(), server.address);
    cells.end_row();
}

}  // namespace

std::string trend_counts(const Trend& trend, const std::vector<TrendRow>& rows) {
    const auto more = std::count_if(rows.begin(), rows.end(), [](const TrendRow& row) {
        return row.tendency == Tendency::kMore && row.standing == Standing::kChronic;
    });
    return fmt::format("Runs: {}; problems new {}, chronic {} (getting more {}), resolved {}, absent {}\n",
                       trend.runs().size(), count_of(rows, Standing::kNew),
                       count_of(rows, Standing::kChronic), more, count_of(rows, Standing::kResolved),
                       count_of(rows, Standing::kAbsent));
}

std::string trend_text(const Trend& trend, const std::vector<TrendRow>& rows) {
    std::string out;
    const TrendRow* last = nullptr;
    for (const TrendRow& row : rows) {
        if (last == nullptr || last->standing != row.standing) {
            out += fmt::format("{} ({}):\n", title(row.standing), count_of(rows, row.standing));
        }
        out += line_of(row, trend);
        last = &row;
    }
    if (out.empty()) out = "No problem in any run.\n";
    return out + trend_counts(trend, rows);
}

void write_trend(Cells& cells, const Trend& trend, const std::vector<TrendRow>& rows) {
    cells.begin_file();
    for (const std::string_view column : kColumns) cells.word(column);
    cells.end_row();
    for (const TrendRow& row : rows) write_row(cells, row, trend);
}

}  // namespace deadpeer
