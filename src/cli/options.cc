#include "cli/options.h"

#include "cli/checks.h"
#include "cli/short_help.h"

namespace deadpeer::cli {

const std::map<std::string, InputOrder> kOrderWords = {
    {"time", InputOrder::kTime}, {"name", InputOrder::kName}, {"given", InputOrder::kGiven}};
const std::map<std::string, SegmentSelection> kSegmentWords = {{"keepalive", SegmentSelection::kKeepalive},
                                                               {"all", SegmentSelection::kAll},
                                                               {"none", SegmentSelection::kNone}};
const std::map<std::string, WiresharkRelease> kReleaseWords = {
    {"4.0", WiresharkRelease::k4_0}, {"4.4", WiresharkRelease::k4_4}, {"4.6", WiresharkRelease::k4_6}};
const std::map<std::string, ScopeChoice> kScopeWords = {
    {"none", {}}, {"vlan", {.vlan = true}}, {"tunnel", {.tunnel = true}}, {"interface", {.interface = true}}};
const std::map<std::string, TimeStyle> kTimeWords = {{"utc", TimeStyle::kUtc}, {"epoch", TimeStyle::kEpoch}};
const std::map<std::string, char> kDelimiterWords = {
    {",", ','}, {";", ';'}, {"|", '|'}, {"tab", '\t'}, {"\t", '\t'}};

const std::map<std::string, Format> kFormatWords = {{"csv", Format::kCsv},
                                                    {"jsonl", Format::kJsonLines},
                                                    {"sqlite", Format::kSqlite},
                                                    {"xlsx", Format::kXlsx}};

namespace {

// Words joined by commas, or the option several times.
CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<std::string>& words,
                      const std::string& what) {
    return app.add_option(name, words, what)->delimiter(',')->allow_extra_args(false);
}

void add_input_options(CLI::App& app, RawOptions& words) {
    const char* group = "Input";
    app.add_option("-r,FILE", words.inputs,
                   "A file or folder, also without -r; several are one capture, - is stdin")
        ->type_name("FILE")
        ->group(group);
    app.add_option("--order", words.order, "Read several files by time (default), name, or as given")
        ->check(one_of(kOrderWords, "time, name, given"))
        ->type_name("HOW")
        ->group(group);
    app.add_option("--follow", words.follow, "Take the files of this folder as they are completed")
        ->type_name("DIR")
        ->group(group);
    app.add_flag_function(
           "--live,!--offline", [&words](std::int64_t live) { words.live = live > 0; },
           "Read a pipe as it comes, or to its end (default: by its time stamps)")
        ->group(group);
    // Told by deadpeer slim --help.
    app.add_option("--slim-of", words.slim_of,
                   "Read the slim files of the captures in this list, all of them, from a folder")
        ->type_name("LIST")
        ->group("");
    app.add_flag("-D", words.list_interfaces, "List the interfaces")->group(group);
    app.add_option("-f", words.filter, "Look only at frames that match, as pcap-filter(7) has it")
        ->type_name("FILTER")
        ->group(group);
    app.add_option("-c", words.frame_limit, "Stop after COUNT matching frames")
        ->check(whole_number())
        ->type_name("COUNT")
        ->group(group);
}

// How frames are captured.
void add_live_options(CLI::App& app, RawOptions& words) {
    const char* group = "Live capture";
    app.add_option("-i", words.interfaces, "Capture from this interface, or any; once for each")
        ->allow_extra_args(false)
        ->type_name("IF")
        ->group(group);
    // tcpdump's, and not worth a line of the help.
    app.add_flag("-p", words.not_promiscuous, "Not in promiscuous mode")->group(kSeldom);
    app.add_option("-s", words.snap_length, "Bytes to keep of each frame (default 256; 0: all)")
        ->check(whole_number())
        ->type_name("SNAPLEN")
        ->group(group);
    app.add_option("-y", words.link_type, "Link type, where the interface offers several")
        ->type_name("TYPE")
        ->group(kSeldom);
    app.add_option("--time-stamp-type", words.time_stamp_type, "As tcpdump takes it: host, adapter, ...")
        ->type_name("TYPE")
        ->group(kSeldom);
    app.add_option("--buffer-size", words.buffer_size,
                   "Memory for frames that wait, of all interfaces together (up to 16MB)")
        ->transform(size())
        ->type_name("SIZE")
        ->group(kSeldom);
    app.add_flag("--wait-for-interface", words.wait_for_interface,
                 "Go on when an interface that went returns")
        ->group(group);
    app.add_option("-Z", words.user, "User to run as, once the interfaces are open (root: nobody)")
        ->type_name("USER")
        ->group(group);
}

// What is told while a capture runs.
void add_running_options(CLI::App& app, RawOptions& words) {
    const char* group = "Live capture";
    app.add_flag("--print", words.print, "Print each event as it happens; without -o it is the default")
        ->group(group);
    app.add_option("--interval", words.interval, "Seconds between two versions of the reports (default 60)")
        ->check(seconds())
        ->type_name("S")
        ->group(group);
    app.add_option("--rotate", words.rotate, "Begin new reports every 1h (30min, 1d), or at 100MB")
        ->check(rotation())
        ->type_name("WHEN")
        ->group(group);
    app.add_option("--keep", words.keep, "Keep the reports of that many earlier periods")
        ->check(whole_number())
        ->type_name("N")
        ->group(group);
    app.add_option("--metrics", words.metrics, "Keep numbers for Prometheus' node exporter in this file")
        ->type_name("FILE")
        ->group(group);
}

void add_output_options(CLI::App& app, RawOptions& words) {
    const char* group = "Output";
    app.add_option("-o", words.output, "Write the reports to this folder; - prints one of them")
        ->type_name("DIR")
        ->group(group);
    add_list(app, "--report", words.reports,
             "Only these: capture segments flows events hosts incidents, joined by ,")
        ->type_name("NAMES")
        ->group(group);
    add_list(app, "--format", words.formats,
             "Of the reports: csv (default), jsonl, sqlite, xlsx; several joined by ,")
        ->check(one_of(kFormatWords, "csv, jsonl, sqlite, xlsx"))
        ->type_name("NAMES")
        ->group(group);
    app.add_option("--columns", words.columns,
                   "Only these: short, or names joined by ,; alone: what they mean")
        ->expected(0, 1)
        ->type_name("NAMES")
        ->group(group);
    app.add_option("--html", words.html, "Write what happened as a page for people to this file")
        ->type_name("FILE")
        ->group(group);
    app.add_option("--evidence", words.evidence, "Copy the frames that prove each incident to this folder")
        ->type_name("DIR")
        ->group(group);
    app.add_option("--anonymise", words.anonymise,
                   "Hide addresses by this key, or that of @FILE; no names, no payload")
        ->type_name("KEY")
        ->group(group);
    app.add_option("--segments", words.segments, "Rows of segments.csv: keepalive (default), all or none")
        ->check(one_of(kSegmentWords, "keepalive, all, none"))
        ->type_name("WHICH")
        ->group(group);
    app.add_option("--delimiter", words.delimiter,
                   "Between cells: , ; | or tab (--crlf, --bom: line ends, byte order mark)")
        ->check(one_of(kDelimiterWords, "',' ';' '|' tab"))
        ->type_name("CHAR")
        ->group(group);
    app.add_option("--time", words.time, "Times as utc (default, ISO 8601) or epoch (seconds)")
        ->check(one_of(kTimeWords, "utc, epoch"))
        ->type_name("STYLE")
        ->group(group);
    app.add_flag("-q", words.quiet, "No summary, no progress; errors only")->group(group);
    app.add_flag("-v", words.verbose, "Say more")->group(group);
    app.add_option("--fail-on", words.fail_on,
                   "Exit with 10 if one of these events or verdicts occurs, or any")
        ->type_name("WORDS")
        ->group(group);
    app.add_option("--on-event", words.on_event,
                   "Start this once, and write it a line of JSON for each event")
        ->type_name("COMMAND")
        ->group(group);
    app.add_flag("--syslog", words.syslog, "Tell each event to the journal or syslogd, too")->group(group);
    // Seldom wanted, and not worth a line of the help.
    app.add_option("--community-id-seed", words.community_id_seed, "Seed of community_id (default 0)")
        ->check(sixteen_bits())
        ->type_name("N")
        ->group(kSeldom);
    app.add_flag("--excel", words.excel, "As --format xlsx")->group(kSeldom);
    app.add_flag("--crlf", words.crlf, "End lines with CR LF")->group(kSeldom);
    app.add_flag("--bom", words.byte_order_mark, "Begin with a byte order mark")->group(kSeldom);
    // As of tcpdump, where it means what is the default here.
    app.add_flag("-n", words.no_names, "No names, as of tcpdump: the default")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
        ->group(kSeldom);
}

void add_analysis_options(CLI::App& app, RawOptions& words) {
    const char* group = "Analysis";
    app.add_option("--wireshark", words.wireshark, "Label as Wireshark 4.0, 4.4 (default) or 4.6")
        ->check(one_of(kReleaseWords, "4.0, 4.4, 4.6"))
        ->type_name("RELEASE")
        ->group(group);
    add_list(app, "--scope", words.scope,
             "Tell equal addresses apart by vlan, tunnel, interface, joined by ,")
        ->check(one_of(kScopeWords, "vlan, tunnel, interface, none"))
        ->type_name("NAMES")
        ->group(group);
    app.add_option("--min-probe-silence", words.min_probe_silence,
                   "Silence before a keepalive probe (default 0.5 s)")
        ->check(seconds())
        ->type_name("S")
        ->group(group);
    app.add_option("--idle-after", words.idle_after,
                   "Silence after which an open connection is idle (default 60 s)")
        ->check(seconds())
        ->type_name("S")
        ->group(group);
    app.add_option("--heartbeat-max-payload", words.heartbeat_max_payload,
                   "Largest heartbeat of an application (default 64 bytes)")
        ->check(sixteen_bits())
        ->type_name("N")
        ->group(kSeldom);
    app.add_option("--max-connections", words.connection_limits,
                   "Warn when a server's port nears its limit; once for each port")
        ->check(connection_limit())
        ->allow_extra_args(false)
        ->type_name("PORT=N")
        ->group(group);
    app.add_option("--threads", words.threads,
                   "Threads for files: one analyses, the others read ahead (default 1)")
        ->check(CLI::Range(1U, 8U))
        ->type_name("N")
        ->group(group);
    app.add_option("--memory", words.memory, "Memory for connections (default 256MB)")
        ->transform(size())
        ->type_name("SIZE")
        ->group(group);
}

void add_table_options(CLI::App& app, RawOptions& words) {
    const char* group = "Analysis";
    const auto add = [&](const char* option, std::string& path, const char* what) {
        app.add_option(option, path, what)->type_name("FILE")->group(group);
    };
    add("--profiles", words.profiles, "Keepalive profiles to use instead of the built-in ones");
    add("--timeouts", words.timeouts, "Idle timeouts to add to the built-in ones");
    add("--inventory", words.inventory, "Hosts: address,name,idle,interval,count (of their keepalive)");
    app.add_flag("--names", words.names, "Name hosts as /etc/hosts and pcapng files do, too (-n: do not)")
        ->group(group);
    app.add_flag("--no-sandbox", words.no_sandbox,
                 "Keep all rights of the process, for what a sandbox refuses")
        ->group(group);
}

void add_about_options(CLI::App& app, RawOptions& words) {
    const char* group = "About";
    app.set_help_flag("-h,--help", "This help")->group("");
    app.add_flag("--version", words.version, "Versions of deadpeer, libpcap and libtins")->group(group);
    app.add_option("--explain", words.explain, "What a code in the reports means, or all of them")
        ->type_name("CODE")
        ->group(group);
}

}  // namespace

void add_options(CLI::App& app, RawOptions& words) {
    add_input_options(app, words);
    add_live_options(app, words);
    add_running_options(app, words);
    add_output_options(app, words);
    add_analysis_options(app, words);
    add_table_options(app, words);
    add_about_options(app, words);
}

}  // namespace deadpeer::cli
