#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "capture/interfaces.h"
#include "cli/checks.h"
#include "cli/connection_limit.h"
#include "cli/short_help.h"
#include "deadpeer/analyzer.h"
#include "report/text.h"

namespace deadpeer::cli {
namespace {

constexpr std::size_t kSmallestMemory = std::size_t{1} << 20;

// What CLI11 fills in; the words become values in to_settings().
struct Words {
    std::vector<std::string> inputs;
    std::string interface;
    std::string filter;
    std::optional<std::uint64_t> frame_limit;
    std::string output;
    std::string report;
    std::string segments = "keepalive";
    std::string wireshark = "4.4";
    std::string time = "utc";
    std::string delimiter;
    bool excel = false;
    bool crlf = false;
    std::uint16_t community_id_seed = 0;
    std::size_t memory = std::size_t{256} << 20;
    double min_probe_silence = 0.5;
    double idle_after = 0.5;
    std::uint16_t heartbeat_max_payload = 64;
    std::string profiles;
    std::string timeouts;
    std::string inventory;
    std::vector<std::string> connection_limits;
    std::string fail_on;
    bool no_names = false;
    bool quiet = false;
    bool verbose = false;
    bool version = false;
    bool columns = false;
    bool list_interfaces = false;
};

const std::map<std::string, SegmentSelection> kSegmentWords = {{"keepalive", SegmentSelection::kKeepalive},
                                                               {"all", SegmentSelection::kAll},
                                                               {"none", SegmentSelection::kNone}};
const std::map<std::string, WiresharkRelease> kReleaseWords = {
    {"4.0", WiresharkRelease::k4_0}, {"4.4", WiresharkRelease::k4_4}, {"4.6", WiresharkRelease::k4_6}};
const std::map<std::string, TimeStyle> kTimeWords = {{"utc", TimeStyle::kUtc}, {"epoch", TimeStyle::kEpoch}};
const std::map<std::string, char> kDelimiterWords = {
    {",", ','}, {";", ';'}, {"|", '|'}, {"tab", '\t'}, {"\t", '\t'}};

void add_input_options(CLI::App& app, Words& words) {
    const char* group = "Input";
    app.add_option("-r,FILE", words.inputs,
                   "Like naming the file without -r; several are one capture, - is stdin")
        ->type_name("FILE")
        ->group(group);
    app.add_option("-i", words.interface, "Capture from this interface (not in this version)")
        ->type_name("IF")
        ->group(group);
    app.add_flag("-D", words.list_interfaces, "List the interfaces")->group(group);
    app.add_option("-f", words.filter, "Look only at frames that match, as pcap-filter(7) has it")
        ->type_name("FILTER")
        ->group(group);
    app.add_option("-c", words.frame_limit, "Stop after COUNT matching frames")
        ->check(whole_number())
        ->type_name("COUNT")
        ->group(group);
}

void add_output_options(CLI::App& app, Words& words) {
    const char* group = "Output";
    app.add_option("-o", words.output, "Write the reports to this folder; - prints one of them")
        ->type_name("DIR")
        ->group(group);
    app.add_option("--report", words.report, "Which one -o - prints: capture segments flows events hosts")
        ->type_name("NAME")
        ->group(group);
    app.add_option("--segments", words.segments, "Rows of segments.csv: keepalive (default), all or none")
        ->check(one_of(kSegmentWords, "keepalive, all, none"))
        ->type_name("WHICH")
        ->group(group);
    app.add_flag("--excel", words.excel, "For Excel: byte order mark, semicolons, CRLF")->group(group);
    app.add_option("--delimiter", words.delimiter, "Between cells: , ; | or tab")
        ->check(one_of(kDelimiterWords, "',' ';' '|' tab"))
        ->type_name("CHAR")
        ->group(group);
    app.add_flag("--crlf", words.crlf, "End lines with CR LF")->group(group);
    app.add_option("--time", words.time, "Times as utc (default, ISO 8601) or epoch (seconds)")
        ->check(one_of(kTimeWords, "utc, epoch"))
        ->type_name("STYLE")
        ->group(group);
    app.add_option("--community-id-seed", words.community_id_seed, "Seed of community_id (default 0)")
        ->check(sixteen_bits())
        ->type_name("N")
        ->group(group);
    app.add_flag("-q", words.quiet, "No summary, no progress; errors only")->group(group);
    app.add_flag("-v", words.verbose, "Say more")->group(group);
    app.add_option("--fail-on", words.fail_on,
                   "Exit with 10 if one of these events or verdicts occurs, or any")
        ->type_name("WORDS")
        ->group(group);
    // Accepted for habit, and not worth a line of the help: names are never resolved.
    app.add_flag("-n", words.no_names)->group("");
}

void add_analysis_options(CLI::App& app, Words& words) {
    const char* group = "Analysis";
    app.add_option("--wireshark", words.wireshark, "Label as Wireshark 4.0, 4.4 (default) or 4.6")
        ->check(one_of(kReleaseWords, "4.0, 4.4, 4.6"))
        ->type_name("RELEASE")
        ->group(group);
    app.add_option("--min-probe-silence", words.min_probe_silence,
                   "Silence before a keepalive probe (default 0.5 s)")
        ->check(seconds())
        ->type_name("S")
        ->group(group);
    app.add_option("--idle-after", words.idle_after,
                   "Silence after which an open connection is idle (default 0.5 s)")
        ->check(seconds())
        ->type_name("S")
        ->group(group);
    app.add_option("--heartbeat-max-payload", words.heartbeat_max_payload,
                   "Largest heartbeat of an application (default 64 bytes)")
        ->check(sixteen_bits())
        ->type_name("N")
        ->group(group);
    app.add_option("--max-connections", words.connection_limits,
                   "Warn when a server's port nears its limit; once for each port")
        ->check(connection_limit())
        ->allow_extra_args(false)
        ->type_name("PORT=N")
        ->group(group);
    app.add_option("--memory", words.memory, "Memory for connections (default 256MB)")
        ->transform(CLI::AsSizeValue(false))
        ->type_name("SIZE")
        ->group(group);
}

void add_table_options(CLI::App& app, Words& words) {
    const char* group = "Analysis";
    const auto add = [&](const char* option, std::string& path, const char* what) {
        app.add_option(option, path, what)->type_name("FILE")->group(group);
    };
    add("--profiles", words.profiles, "Keepalive profiles to use instead of the built-in ones");
    add("--timeouts", words.timeouts, "Idle timeouts to add to the built-in ones");
    add("--inventory", words.inventory, "Hosts: address,name,idle,interval,count (of their keepalive)");
}

void add_about_options(CLI::App& app, Words& words) {
    const char* group = "About";
    app.set_help_flag("-h,--help", "This help")->group("");
    app.add_flag("--version", words.version, "Versions of deadpeer, libpcap and libtins")->group(group);
    app.add_flag("--columns", words.columns, "What the columns of the reports mean")->group(group);
}

Answer usage_error(const std::string& what) {
    return {fmt::format("deadpeer: {}\nTry deadpeer --help.\n", printable(what)), ExitCode::kUsage};
}

std::string version_text() {
    return fmt::format("deadpeer {}\n{}\nlibtins version {}\n", DEADPEER_VERSION, libpcap_version(),
                       DEADPEER_LIBTINS_VERSION);
}

Answer interface_list() {
    const auto list = list_interfaces();
    if (!list)
        return {fmt::format("deadpeer: {}\n", printable(list.error().message)), ExitCode::kNothingRead};
    std::string text;
    for (const std::string& line : list.value()) text += printable(line) + '\n';
    return {text, ExitCode::kOk};
}

// The first contradiction between options, or empty.
std::string contradiction(const Words& words) {
    if (!words.interface.empty()) {
        return fmt::format(
            "live capture is not part of this version; try: tcpdump -i {} -U -w - | deadpeer -",
            words.interface);
    }
    if (words.inputs.empty()) return "name a capture file, or - for standard input";
    if (words.inputs.size() > Analyzer::kMaxInputs) {
        return fmt::format("at most {} inputs are read at once; join some with mergecap",
                           Analyzer::kMaxInputs);
    }
    if (std::count(words.inputs.begin(), words.inputs.end(), "-") > 1) {
        return "standard input can be read only once";
    }
    if (words.output == "-" && words.report.empty()) {
        return "-o - prints one report: say which with --report flows (or capture, segments, events, hosts)";
    }
    if (words.output != "-" && !words.report.empty()) return "--report goes with -o -";
    if (!words.report.empty() && !report_named(words.report)) {
        return fmt::format("there is no report '{}'; choose capture, segments, flows, events or hosts",
                           words.report);
    }
    if (words.report == "segments" && words.segments == "none") {
        return "--report segments contradicts --segments none";
    }
    if (words.frame_limit == 0U) return "-c must be at least 1";
    if (words.memory < kSmallestMemory) return "--memory must be at least 1MB";
    std::set<std::string> ports;
    for (const std::string& limit : words.connection_limits) {
        const std::string port = std::to_string(parse_connection_limit(limit)->port);
        if (!ports.insert(port).second) return fmt::format("--max-connections names port {} twice", port);
    }
    return {};
}

Nanoseconds nanoseconds(double seconds) {
    return std::llround(seconds * double{kSecond});
}

Settings to_settings(const Words& words) {
    Settings settings;
    settings.inputs = words.inputs;
    settings.filter = words.filter;
    settings.frame_limit = words.frame_limit;
    settings.output = words.output;
    settings.report = report_named(words.report);
    CsvDialect& dialect = settings.csv.dialect;
    if (words.excel) dialect = {.delimiter = ';', .crlf = true, .byte_order_mark = true};
    if (!words.delimiter.empty()) dialect.delimiter = kDelimiterWords.at(words.delimiter);
    dialect.crlf |= words.crlf;
    dialect.time = kTimeWords.at(words.time);
    settings.csv.segments = words.segments != "none";
    settings.csv.community_id_seed = words.community_id_seed;
    settings.analyzer.segments = kSegmentWords.at(words.segments);
    settings.analyzer.wireshark = kReleaseWords.at(words.wireshark);
    settings.analyzer.minimum_probe_silence = nanoseconds(words.min_probe_silence);
    settings.analyzer.memory_cap = words.memory;
    settings.analyzer.idle_after = nanoseconds(words.idle_after);
    settings.analyzer.heartbeat_max_payload = words.heartbeat_max_payload;
    for (const std::string& limit : words.connection_limits) {
        settings.analyzer.connection_limits.push_back(*parse_connection_limit(limit));
    }
    settings.tables = {{words.profiles, words.timeouts}, words.inventory};
    settings.quiet = words.quiet;
    settings.verbose = words.verbose;
    return settings;
}

}  // namespace

std::variant<Settings, Answer> parse_arguments(int argc, const char* const* argv) {
    CLI::App app{"Finds dead TCP peers in capture files and writes CSV reports.", "deadpeer"};
    Words words;
    add_input_options(app, words);
    add_output_options(app, words);
    add_analysis_options(app, words);
    add_table_options(app, words);
    add_about_options(app, words);
    app.formatter(
        std::make_shared<ShortHelp>("deadpeer FILE... [-o DIR] [OPTION...], or deadpeer diff OLD NEW"));
    app.footer(
        "Exit codes: 0 all read and written, 1 usage, 2 input damaged or truncated, 3 nothing readable,\n"
        "4 report not written, 5 capture failed, 10 --fail-on.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return Answer{app.help()};
    } catch (const CLI::ParseError& error) {
        return usage_error(error.what());
    }
    if (words.version) return Answer{version_text()};
    if (words.columns) return Answer{columns_as_markdown()};
    if (words.list_interfaces) return interface_list();
    for (const char* option : {"-o", "--profiles", "--timeouts", "--inventory", "-f"}) {
        if (app.count(option) > 0 && app[option]->as<std::string>().empty()) {
            return usage_error(fmt::format("{} is given but empty", option));
        }
    }
    const std::string wrong = contradiction(words);
    if (!wrong.empty()) return usage_error(wrong);
    Settings settings = to_settings(words);
    if (app.count("--fail-on") == 0) return settings;
    const Result<FailOn> fail_on = parse_fail_on(words.fail_on);
    if (!fail_on) return usage_error(fail_on.error().message);
    settings.fail_on = fail_on.value();
    return settings;
}

}  // namespace deadpeer::cli
