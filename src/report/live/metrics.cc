#include "report/live/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "deadpeer/names.h"
#include "report/text/text.h"
#include "report/text/time_text.h"

namespace deadpeer {
namespace {

// A label's value: backslash, quote and line end are escaped.
std::string label(std::string_view value) {
    std::string out;
    for (const char c : printable(value)) {
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
    return out;
}

// Writes one family after the other.
class Families {
public:
    void begin(std::string_view name, std::string_view help) {
        name_ = name;
        fmt::format_to(std::back_inserter(text_), "# HELP deadpeer_{0} {1}\n# TYPE deadpeer_{0} {2}\n", name,
                       help, name.ends_with("_total") ? "counter" : "gauge");
    }
    // `labels`: as between the braces.
    void sample(std::string_view labels, std::uint64_t value) {
        fmt::format_to(std::back_inserter(text_), "deadpeer_{}{{{}}} {}\n", name_, labels, value);
    }
    void single(std::string_view name, std::string_view help, std::uint64_t value) {
        begin(name, help);
        fmt::format_to(std::back_inserter(text_), "deadpeer_{} {}\n", name, value);
    }
    // Left out while it is unknown.
    void moment(std::string_view name, std::string_view help, Nanoseconds time) {
        if (time == kNoTime) return;
        std::array<char, kTimeTextCapacity> seconds{};
        const char* end = write_epoch(seconds.data(), time);
        begin(name, help);
        fmt::format_to(std::back_inserter(text_), "deadpeer_{} {}\n", name,
                       std::string_view(seconds.data(), static_cast<std::size_t>(end - seconds.data())));
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string_view name_;
    std::string text_;
};

void report_interfaces(Families& out, const std::vector<InterfaceMetrics>& interfaces) {
    const auto each = [&](std::string_view name, std::string_view help, auto member) {
        out.begin(name, help);
        for (const InterfaceMetrics& interface : interfaces) {
            out.sample(fmt::format("interface=\"{}\"", label(interface.name)),
                       static_cast<std::uint64_t>(interface.*member));
        }
    };
    if (interfaces.empty()) return;
    each("interface_up", "Whether the interface can be captured: 1 or 0.", &InterfaceMetrics::up);
    each("frames_total", "Frames captured.", &InterfaceMetrics::frames);
    each("tcp_segments_total", "TCP segments analysed.", &InterfaceMetrics::tcp_segments);
    each("captured_bytes_total", "Captured bytes of all frames.", &InterfaceMetrics::bytes);
    each("kernel_dropped_packets_total", "Packets that the capture buffer had no room for.",
         &InterfaceMetrics::dropped_by_kernel);
    each("interface_dropped_packets_total", "Packets that the interface dropped before the capture.",
         &InterfaceMetrics::dropped_by_interface);
}

void report_findings(Families& out, const Metrics& metrics) {
    out.begin("events_total", "Events by kind.");
    for (const auto& [kind, count] : metrics.events) {
        out.sample(fmt::format("event=\"{}\"", to_string(kind)), count);
    }
    out.begin("dead_peers_total", "Peers found dead, by the rule that decided.");
    for (const auto& [reason, count] : metrics.dead_peers) {
        out.sample(fmt::format("reason=\"{}\"", to_string(reason)), count);
    }
}

}  // namespace

std::string metrics_text(const Metrics& m) {
    Families out;
    out.begin("build_info", "The version that runs, always 1.");
    out.sample(fmt::format("version=\"{}\"", label(m.version)), 1);
    report_interfaces(out, m.interfaces);
    out.single("open_connections", "Connections that are open now.", m.connections_open);
    out.single("idle_connections", "Open connections that are idle and send no keepalives.",
               m.connections_idle);
    out.single("connections_total", "Connections seen.", m.connections);
    out.single("evicted_connections_total", "Connections forgotten for lack of memory.",
               m.connections_evicted);
    out.single("probes_total", "Keepalive probes.", m.probes);
    out.single("unanswered_probes_total", "Keepalive probes without an answer.", m.probes_unanswered);
    report_findings(out, m);
    out.single("memory_bytes", "Memory of the connections.", m.memory_bytes);
    out.single("memory_limit_bytes", "Bound of the memory of the connections.", m.memory_limit_bytes);
    out.single("left_out_rows_total", "Rows of reports left out by the bound of rows a minute.",
               m.rows_left_out);
    out.single("lost_rows_total", "Rows of reports lost because they could not be written.", m.rows_lost);
    out.single("publications_total", "Times that the reports were written.", m.publications);
    out.single("failed_publications_total", "Times that the reports could not be written.",
               m.publications_failed);
    out.moment("start_time_seconds", "When the capture began, since 1970.", m.started);
    out.moment("last_publication_timestamp_seconds", "When the reports were written last, since 1970.",
               m.last_publication);
    out.moment("last_frame_timestamp_seconds", "When the latest frame was captured, since 1970.",
               m.last_frame);
    return out.take();
}

Result<ReplacedFile> open_metrics_file(const std::string& path) {
    constexpr unsigned kReadableByAll = 0644;
    return ReplacedFile::open(
        path, {.what = "metrics", .mode = kReadableByAll, .folder_mode = ReportFolder::kFolderForAll});
}

}  // namespace deadpeer
