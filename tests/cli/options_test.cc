// Options that change what the analysis knows and how the run ends; and what is said of wrong values.

#include <algorithm>

#include "cli/parsed.h"
#include "cli/program.h"
#include "cli/sample_capture.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// Two connections of 10.0.0.1 to port 50000 of 10.0.0.2, the second refused; 20 s of silence after them.
std::string capture_with_a_refusal() {
    std::vector<SampleSegment> segments = sample_story();
    segments.push_back({12, true, 0x02, 900, 0, 41000});
    segments.push_back({12, false, 0x14, 0, 901, 41000});
    return pcap_of(segments);
}

struct Sample {
    Sample() { write_file(capture, capture_with_a_refusal()); }

    [[nodiscard]] std::string table(const std::string& text) const {
        write_file(folder.file("table.csv"), text);
        return folder.file("table.csv");
    }
    [[nodiscard]] std::string report(const std::string& name, std::vector<std::string> options) const {
        options.insert(options.begin(), {capture, "-q", "-o", "-", "--report", name});
        const Finished run = run_program(options);
        REQUIRE(run.err.empty());
        return run.out;
    }

    TemporaryFolder folder;
    std::string capture = folder.file("good.pcap");
};

}  // namespace

TEST_CASE("wrong values: exit 1, and a sentence that names option, value and what it should be") {
    struct Case {
        std::vector<std::string> arguments;
        const char* message;
    };
    const Case cases[] = {
        {{"--max-connections", "443"},
         "--max-connections: '443' is not PORT=N with a port from 1 to 65535, as in 443=1000"},
        {{"--max-connections", "0=5"}, "'0=5' is not PORT=N"},
        {{"--max-connections", "65536=5"}, "'65536=5' is not PORT=N"},
        {{"--max-connections", "443=0"}, "'443=0' is not PORT=N"},
        {{"--max-connections", "443=-1"}, "'443=-1' is not PORT=N"},
        {{"--max-connections", "443=4294967296"}, "is not PORT=N"},
        {{"--max-connections", "443=5x"}, "'443=5x' is not PORT=N"},
        {{"--max-connections", "443=5", "--max-connections", "0443=6"},
         "--max-connections names port 443 twice"},
        {{"--idle-after", "-1"}, "--idle-after: '-1' is not a number of seconds from 0 to 1,000,000,000"},
        {{"--idle-after", "nan"}, "'nan' is not a number of seconds"},
        {{"--idle-after", "5s"}, "'5s' is not a number of seconds"},
        {{"--idle-after", "1000000001"}, "'1000000001' is not a number of seconds"},
        {{"--heartbeat-max-payload", "65536"},
         "--heartbeat-max-payload: '65536' is not a whole number from 0 to 65,535"},
        {{"--heartbeat-max-payload", "-1"}, "'-1' is not a whole number"},
        {{"--community-id-seed", "99999999999999999999999"},
         "--community-id-seed: '99999999999999999999999' is not a whole number from 0 to 65,535"},
        {{"--fail-on", "peer_dead,nothing"}, "--fail-on: 'nothing' is neither an event (probes_unanswered, "},
        {{"--fail-on", ""}, "--fail-on: '' is neither"},
        {{"--fail-on", "any,"}, "--fail-on: '' is neither"},
        {{"--fail-on", "\x1b[2J"}, "'\\x1B[2J' is neither"},
        {{"--profiles"}, "--profiles"},
    };
    for (const Case& c : cases) {
        std::vector<std::string> arguments = {"x"};
        arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
        INFO(Catch::StringMaker<std::vector<std::string>>::convert(arguments));
        const Finished run = run_program(arguments);
        CHECK(run.code == 1);
        CHECK(run.out.empty());
        CHECK(contains(run.err, c.message));
        CHECK_FALSE(contains(run.err, "\x1b"));
        CHECK(run.err.ends_with("\nTry deadpeer --help.\n"));
    }
}

TEST_CASE("a table that cannot be read: exit 1, one line with file and line, nothing written") {
    const Sample sample;
    struct Case {
        const char* option;
        const char* text;
        const char* message;
    };
    const Case cases[] = {
        {"--profiles", "name,kind,idle_s\nx,os,soon\n", "/table.csv, line 2: idle_s must be"},
        {"--profiles", "name,idle_s\nx,60\n",
         "/table.csv, line 1: there is no column kind; the columns are name, kind, "},
        {"--timeouts", "name,idle_s\n\nx,\n", "/table.csv, line 3: idle_s is empty."},
        {"--inventory", "address,name\nx,y\n", "/table.csv, line 2: address must be an IPv4 or IPv6 address"},
        {"--inventory", "address,name\n10.0.0.1,\x1b[2J,,\n", "/table.csv"},
        {"--inventory", "", "/table.csv"},
    };
    for (const Case& c : cases) {
        INFO(c.option << ": " << c.text);
        const Finished run =
            run_program({sample.capture, c.option, sample.table(c.text), "-o", sample.folder.file("report")});
        CHECK(run.code == 1);
        CHECK(run.out.empty());
        CHECK(run.err.starts_with("deadpeer: "));
        CHECK(contains(run.err, c.message));
        CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
        CHECK_FALSE(fs::exists(sample.folder.file("report")));
    }
    for (const char* option : {"--profiles", "--timeouts", "--inventory"}) {
        const Finished run = run_program({sample.capture, option, sample.folder.file("\x1b[2Jno")});
        CHECK(run.code == 1);
        CHECK(contains(run.err, "\\x1B[2Jno"));
        CHECK_FALSE(contains(run.err, "\x1b"));
    }
}

TEST_CASE("--fail-on: exit 10 if the event or verdict occurs, with all reports written") {
    const Sample sample;
    const auto code = [&](const std::string& words) {
        return run_program({sample.capture, "-o", sample.folder.file("report"), "--fail-on", words}).code;
    };
    CHECK(code("peer_reset") == 10);
    CHECK(fs::exists(sample.folder.file("report/flows.csv")));
    CHECK(code("peer_dead,peer_reset") == 10);
    CHECK(code("alive") == 10);
    CHECK(code("peer_dead") == 0);
    CHECK(code("peer_dead,host_rebooted,suspect") == 0);
}

TEST_CASE("--fail-on any is every event, but no verdict") {
    const Sample sample;
    write_file(sample.capture, pcap_of(sample_story()));
    CHECK(run_program({sample.capture, "--fail-on", "any"}).code == 0);
    CHECK(run_program({sample.capture, "--fail-on", "any,alive"}).code == 10);
    CHECK(run_program({sample.capture, "--max-connections", "50000=1", "--fail-on", "any"}).code == 10);
}

TEST_CASE("--fail-on: damage outranks it") {
    const Sample sample;
    const std::string bytes = content_of(sample.capture);
    write_file(sample.capture, bytes.substr(0, bytes.size() - 1));
    CHECK(run_program({sample.capture, "--fail-on", "alive"}).code == 2);
}

TEST_CASE("--max-connections warns for that port and no other") {
    const Sample sample;
    const std::string warned = sample.report("events", {"--max-connections", "50000=1"});
    CHECK(contains(warned, ",capacity_warning,"));
    CHECK_FALSE(contains(sample.report("events", {"--max-connections", "50001=1"}), ",capacity_warning,"));
    CHECK_FALSE(contains(sample.report("events", {"--max-connections", "50000=100"}), ",capacity_warning,"));
    CHECK(sample.report("events", {"--max-connections", "7=1", "--max-connections", "50000=1"}) == warned);
}

TEST_CASE("--max-connections takes one word, so that a file may follow") {
    const Sample sample;
    CHECK(run_program({"--max-connections", "50000=1", sample.capture}).code == 0);
}

TEST_CASE("--heartbeat-max-payload: larger messages are no heartbeat") {
    const auto flows = [](const std::string& bytes) {
        const std::string story = std::string(TESTDATA_FOLDER) + "/heartbeat_redis_ping/capture.pcap";
        return run_program({story, "-q", "-o", "-", "--report", "flows", "--heartbeat-max-payload", bytes})
            .out;
    };
    CHECK(contains(flows("64"), ",redis,alive,"));
    CHECK_FALSE(contains(flows("4"), ",redis,"));
    CHECK_FALSE(contains(flows("0"), ",redis,"));
}

TEST_CASE("--profiles replaces and --timeouts adds what the reports name") {
    const Sample sample;
    const auto flows = [&](const char* option, const std::string& table) {
        const std::string story = std::string(TESTDATA_FOLDER) + "/path_forgot_idle_connection/capture.pcap";
        return run_program({story, "-q", "-o", "-", "--report", "flows", option, sample.table(table)}).out;
    };
    CHECK(contains(flows("--profiles", "name,kind,idle_s,interval_s,count\nlab,application,8,1,3\n"),
                   ",8,1,3,0,0,,,,lab,"));
    CHECK_FALSE(
        contains(flows("--profiles", "name,kind,idle_s,interval_s,count\nlab,application,9,1,3\n"), ",lab,"));
    CHECK(contains(flows("--timeouts", "name,idle_s\nlab router,8\n"), ",lab router (8 s),"));
    CHECK_FALSE(contains(flows("--timeouts", "name,idle_s\nlab router,9\n"), "lab router"));
}

TEST_CASE("what --timeouts adds bounds what is advised") {
    const Sample sample;
    const std::string story = std::string(TESTDATA_FOLDER) + "/path_forgot_idle_connection/capture.pcap";
    const std::string table = sample.table("name,idle_s\nlab router,7.5\n");
    const std::vector<std::string> events = {story, "-q", "-o", "-", "--report", "events"};
    std::vector<std::string> with_table = events;
    with_table.insert(with_table.end(), {"--timeouts", table});
    CHECK(contains(run_program(events).out, "at most 3 s"));  // half of the shortest silence that failed
    CHECK(contains(run_program(with_table).out, "at most 5 s"));
}

TEST_CASE("--idle-after: a connection silent shorter than that at the end is not idle") {
    const Sample sample;
    std::vector<SampleSegment> segments = sample_story();
    segments.resize(3);  // the handshake, and then nothing
    segments.push_back({5, true, 0x02, 900, 0, 41000});
    write_file(sample.capture, pcap_of(segments));
    const auto idle_at_end = [&](const std::string& seconds) {
        return sample.report("hosts", {"--idle-after", seconds});
    };
    CHECK(contains(idle_at_end("5"), "\n10.0.0.1,,2,2,1,"));
    CHECK(contains(idle_at_end("5.001"), "\n10.0.0.1,,2,2,0,"));
}

TEST_CASE("options that there are not: what tcpdump and tshark have gets a hint, a slip its name") {
    const std::pair<std::vector<const char*>, const char*> cases[] = {
        {{"x", "-w", "y"},
         "there is no option -w; deadpeer writes reports; tcpdump -w saves a capture, and --evidence DIR "
         "copies "
         "the frames of incidents"},
        {{"x", "-G", "3600"},
         "there is no option -G; --rotate 1h begins new reports by the clock; what tcpdump -G writes is read "
         "by "
         "--follow DIR"},
        {{"-i", "lo", "-C5"},
         "there is no option -C; --rotate 100MB begins new reports at a size; what tcpdump -C writes is read "
         "by "
         "--follow DIR"},
        {{"-e", "x"},
         "there is no option -e; link-layer addresses are told where they explain something; --evidence DIR "
         "copies frames with them, for tcpdump -e -r"},
        {{"x", "-A"},
         "there is no option -A; payload is not printed; --evidence DIR copies the frames of incidents, for "
         "tcpdump -A -r"},
        {{"x", "-tttt"}, "there is no option -t; --time epoch or --time utc chooses how times are written"},
        {{"x", "-Y", "tcp.stream eq 0"},
         "there is no option -Y; -f FILTER takes a capture filter, as tcpdump does; what to give tshark -Y "
         "stands in the column wireshark_filter"},
        {{"x", "--htlm", "y"}, "there is no option --htlm; did you mean --html?"},
        {{"x", "--anonymize=key"}, "there is no option --anonymize; did you mean --anonymise?"},
        {{"x", "-K"}, "there is no option -K"},
        {{"x", "--bytes-per-second", "4"}, "there is no option --bytes-per-second"},
    };
    for (const auto& [words, said] : cases) CHECK(mistake_in(words) == said);
    for (const std::vector<const char*>& words : {std::vector{"x", "-nn"}, {"x", "-n", "-n"}})
        CHECK_FALSE(settings_of(words).tables.names);
}
