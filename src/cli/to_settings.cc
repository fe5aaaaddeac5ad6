#include "cli/to_settings.h"

#include <algorithm>
#include <cmath>

#include "cli/connection_limit.h"
#include "cli/live/rotation.h"
#include "cli/option_conflicts.h"
#include "cli/options.h"
#include "cli/report_choice.h"

namespace deadpeer::cli {
namespace {

Nanoseconds nanoseconds(double seconds) {
    return std::llround(seconds * double{kSecond});
}

LiveSettings running_settings(const RawOptions& words) {
    LiveSettings live;
    if (words.interval) live.interval = nanoseconds(*words.interval);
    if (!words.rotate.empty()) live.rotate = *parse_rotation(words.rotate);
    live.keep = words.keep.value_or(0);
    live.print = words.print || words.output.empty();
    live.metrics = words.metrics;
    live.user = words.user;
    return live;
}

LiveSettings live_settings(const RawOptions& words) {
    LiveSettings live = running_settings(words);
    live.capture.interfaces = words.interfaces;
    live.capture.filter = words.filter;
    live.capture.promiscuous = !words.not_promiscuous;
    live.capture.link_type = words.link_type;
    live.capture.time_stamp_type = words.time_stamp_type;
    live.capture.wait_for_interface = words.wait_for_interface;
    if (words.snap_length) live.capture.snap_length = *words.snap_length;
    // Where connections may take little, frames that wait take little, too.
    live.capture.buffer_bytes =
        words.buffer_size.value_or(std::clamp(words.memory / 16, kSmallestBuffer, live.capture.buffer_bytes));
    return live;
}

ScopeChoice scope_choice(const RawOptions& words) {
    ScopeChoice choice;
    for (const std::string& word : words.scope) {
        const ScopeChoice one = kScopeWords.at(word);
        choice = {choice.vlan || one.vlan, choice.tunnel || one.tunnel, choice.interface || one.interface};
    }
    return choice;
}

// What the reports take comes on top of --memory, and stays small beside it: some MiB for the rows that wait,
// and a row of hosts.csv for each KiB.
CsvOptions csv_options(const RawOptions& words) {
    constexpr std::size_t kMemoryPerHost = 1024;
    constexpr std::size_t kMostHosts = std::size_t{1} << 18;
    constexpr std::size_t kMostWaiting = std::size_t{8} << 20;
    CsvOptions csv;
    csv.hosts = std::min(kMostHosts, words.memory / kMemoryPerHost);
    csv.waiting_bytes = std::min(kMostWaiting, words.memory / 16);
    if (!words.delimiter.empty()) csv.dialect.delimiter = kDelimiterWords.at(words.delimiter);
    csv.dialect.crlf = words.crlf;
    csv.dialect.byte_order_mark = words.byte_order_mark;
    const bool hides = !words.filter.empty() && words.interfaces.empty();
    csv.dialect.stream_numbers = !hides && !scope_choice(words).any();
    csv.dialect.time = kTimeWords.at(words.time);
    csv.reports = reports_of(words);
    csv.formats = formats_of(words);
    csv.columns = columns_of(words);
    csv.community_id_seed = words.community_id_seed;
    return csv;
}

// On top of --memory, too; enough for all but extraordinary compression however little that is.
std::size_t unpacking_bytes(const RawOptions& words) {
    constexpr std::size_t kLeast = std::size_t{16} << 20;
    return std::max(kLeast, words.memory / 2);
}

AnalyzerOptions analyzer_options(const RawOptions& words) {
    AnalyzerOptions options;
    options.segments = kSegmentWords.at(words.segments);
    // Of a file all frames are read.
    options.frames_are_hidden = !words.interfaces.empty() && !words.filter.empty();
    options.scope = scope_choice(words);
    options.wireshark = kReleaseWords.at(words.wireshark);
    options.minimum_probe_silence = nanoseconds(words.min_probe_silence);
    options.memory_cap = words.memory;
    options.idle_after = nanoseconds(words.idle_after);
    options.heartbeat_max_payload = words.heartbeat_max_payload;
    for (const std::string& limit : words.connection_limits) {
        options.connection_limits.push_back(*parse_connection_limit(limit));
    }
    return options;
}

}  // namespace

Settings to_settings(const RawOptions& words) {
    Settings settings;
    if (!words.interfaces.empty()) settings.live = live_settings(words);
    settings.inputs = words.inputs;
    settings.follow = words.follow;
    settings.slim_of = words.slim_of;
    settings.pipe = running_settings(words);
    settings.pipe_is_live = words.live;
    settings.only_live = option_of_live_alone(words);
    settings.order = kOrderWords.at(words.order);
    settings.filter = words.filter;
    settings.frame_limit = words.frame_limit;
    settings.threads = words.threads;
    settings.output = words.output;
    if (!words.reports.empty()) settings.report = report_named(words.reports.front());
    settings.html = words.html;
    settings.evidence = words.evidence;
    settings.csv = csv_options(words);
    settings.on_event = words.on_event;
    settings.syslog = words.syslog;
    settings.unpacking_bytes = unpacking_bytes(words);
    settings.analyzer = analyzer_options(words);
    settings.segment_rows = settings.analyzer.segments;
    // Its ladders need the segments before a failure, whatever they were.
    if (!words.html.empty() && settings.segment_rows != SegmentSelection::kAll)
        settings.analyzer.segments = SegmentSelection::kEvery;
    settings.tables = {{words.profiles, words.timeouts}, words.inventory, words.names};
    settings.tables.forget_hosts = !words.anonymise.empty();
    settings.sandbox = !words.no_sandbox;
    settings.quiet = words.quiet;
    settings.verbose = words.verbose;
    return settings;
}

}  // namespace deadpeer::cli
