// The program as a whole: exit codes, where output goes, and what is told.

#include "cli/program.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "cli/sample_capture.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kReportFiles = {"capture.csv", "events.csv",    "flows.csv",
                                               "hosts.csv",   "incidents.csv", "segments.csv"};

std::vector<std::string> files_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

std::string line(const std::string& text, std::size_t number) {
    std::istringstream in(text);
    std::string found;
    for (std::size_t i = 0; i <= number; ++i) {
        found.clear();
        std::getline(in, found);
    }
    return found;
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// A folder with good.pcap, truncated.pcap and others.
struct Samples {
    Samples() {
        const std::string story = pcap_of(sample_story());
        write_file(folder.file("good.pcap"), story);
        write_file(folder.file("other.pcap"), pcap_of(sample_story(41000)));
        write_file(folder.file("truncated.pcap"), story.substr(0, story.size() - 1));
        std::string damaged = story.substr(0, story.size() - 70);  // the last record
        damaged += std::string(8, '\0') + "\xff\xff\xff\xff\xff\xff\xff\xff" + std::string(54, '\0');
        write_file(folder.file("damaged.pcap"), damaged);
        write_file(folder.file("empty.pcap"), "");
        write_file(folder.file("text.pcap"), "This is not a capture at all, whatever its name says.\n");
        write_file(folder.file("header.pcap"), pcap_header());
        write_file(folder.file("user0.pcap"), pcap_header(147));
    }
    [[nodiscard]] std::string operator()(const std::string& name) const { return folder.file(name); }
    [[nodiscard]] std::string report(const std::string& name) const {
        return content_of(folder.file("report/" + name));
    }

    TemporaryFolder folder;
};

}  // namespace

TEST_CASE("a good capture: all reports, a summary, exit 0") {
    const Samples samples;
    const Finished run = run_program({samples("good.pcap"), "-o", samples("report")});
    CHECK(run.code == 0);
    CHECK(run.err.empty());
    CHECK(files_in(samples("report")) == kReportFiles);
    CHECK(lines(samples.report("flows.csv")) == 2);
    CHECK(contains(samples.report("flows.csv"), "0,good.pcap,1,5,10.0.0.1,40000,10.0.0.2,50000,handshake,"));
    CHECK(lines(samples.report("segments.csv")) == 3);
    CHECK(contains(samples.report("segments.csv"), ",keep_alive,"));
    CHECK(contains(samples.report("segments.csv"), ",keep_alive_ack,"));
    CHECK(contains(samples.report("capture.csv"), "good.pcap,pcap,ETHERNET,2023-11-14T22:13:20.250000000Z,"));
    CHECK(contains(run.out, "5 frames, 5 TCP segments"));
    CHECK(contains(run.out, "Connections: 1"));
}

TEST_CASE("without -o only the summary is printed") {
    const Samples samples;
    const std::vector<std::string> before = files_in(samples("."));
    const Finished run = run_program({samples("good.pcap")});
    CHECK(run.code == 0);
    CHECK(contains(run.out, "Connections: 1"));
    CHECK(files_in(samples(".")) == before);
}

TEST_CASE("exit codes") {
    const Samples samples;
    struct Case {
        const char* name;
        std::vector<std::string> inputs;
        int code;
        const char* message;  // part of standard error
    };
    const Case cases[] = {
        {"only a header", {"header.pcap"}, 0, ""},
        {"truncated", {"truncated.pcap"}, 2, "truncated.pcap is truncated at byte 304"},
        {"damaged", {"damaged.pcap"}, 2, "damaged.pcap is damaged at byte 304"},
        {"empty", {"empty.pcap"}, 3, "empty.pcap"},
        {"missing", {"missing.pcap"}, 3, "missing.pcap: No such file or directory"},
        {"a folder with such", {"."}, 2, "user0.pcap"},
        {"not a capture", {"text.pcap"}, 3, "text.pcap"},
        {"no decoder for the link type", {"user0.pcap"}, 3, "link type 147"},
        {"one of two refused", {"text.pcap", "good.pcap"}, 2, "text.pcap"},
        {"all refused", {"text.pcap", "empty.pcap"}, 3, "empty.pcap"},
    };
    for (const Case& c : cases) {
        INFO(c.name);
        std::vector<std::string> arguments = {"-o", samples("report")};
        for (const std::string& input : c.inputs) arguments.push_back(samples(input));
        const Finished run = run_program(arguments);
        CHECK(run.code == c.code);
        CHECK(contains(run.err, c.message));
        CHECK(run.err.empty() == (c.code == 0));
        CHECK(fs::exists(samples("report")) == (c.code != 3));  // a refused input leaves no trace
        fs::remove_all(samples("report"));
    }
}

TEST_CASE("what comes before the damage is reported, and the damage is in capture.csv") {
    const Samples samples;
    for (const std::string how : {"truncated", "damaged"}) {
        run_program({samples(how + ".pcap"), "-o", samples("report")});
        CHECK(contains(samples.report("capture.csv"), "," + how + ","));
        CHECK(contains(samples.report("capture.csv"), "byte 304"));
        CHECK(contains(samples.report("flows.csv"), "0," + how + ".pcap,1,4,"));
    }
}

TEST_CASE("a refused input has its row, in the order given") {
    const Samples samples;
    run_program({samples("text.pcap"), samples("good.pcap"), samples("empty.pcap"), "-o", samples("report")});
    const std::string capture = samples.report("capture.csv");
    REQUIRE(lines(capture) == 4);
    CHECK(line(capture, 1).starts_with("text.pcap,"));
    CHECK(contains(line(capture, 1), ",refused,"));
    CHECK(line(capture, 2).starts_with("good.pcap,"));
    CHECK(line(capture, 3).starts_with("empty.pcap,"));
}

TEST_CASE("several inputs are one capture: streams go on, frames start again") {
    const Samples samples;
    run_program({"-r", samples("good.pcap"), "-r", samples("other.pcap"), "-o", samples("report")});
    const std::string flows = samples.report("flows.csv");
    REQUIRE(lines(flows) == 3);
    CHECK(line(flows, 1).starts_with("0,good.pcap,1,5,"));
    CHECK(line(flows, 2).starts_with("1,other.pcap,1,5,"));
}

TEST_CASE("-c stops after that many frames of all inputs together") {
    const Samples samples;
    const Finished run = run_program({samples("good.pcap"), samples("other.pcap"), "-c", "7", "--order",
                                      "given", "-o", samples("report")});
    CHECK(run.code == 0);
    const std::string capture = samples.report("capture.csv");
    CHECK(contains(line(capture, 1), "Z,5,5,270,0,"));
    CHECK(contains(line(capture, 2), "Z,2,2,108,0,"));
}

TEST_CASE("-f: frames that the filter rejects are counted as such") {
    const Samples samples;
    run_program({samples("good.pcap"), "-f", "src host 10.0.0.1", "-o", samples("report")});
    CHECK(contains(samples.report("capture.csv"), "filtered=2"));
    const Finished bad = run_program({samples("good.pcap"), "-f", "no such word"});
    CHECK(bad.code == 1);
    CHECK(bad.err.ends_with("see pcap-filter(7)\nTry deadpeer --help.\n"));
}

TEST_CASE("a mistake in the filter is told once, before anything is read or written") {
    const Samples samples;
    const Finished run = run_program({samples("good.pcap"), samples("missing.pcap"), samples("other.pcap"),
                                      "-f", "tcp prot 80", "-o", samples("report")});
    CHECK(run.code == 1);
    CHECK(lines(run.err) == 2);
    CHECK(contains(run.err, "the filter \"tcp prot 80\" cannot be used: "));
    CHECK_FALSE(fs::exists(samples("report")));
}

TEST_CASE("-o - prints exactly the report that -o DIR writes, and the summary elsewhere") {
    const Samples samples;
    run_program({samples("good.pcap"), "-o", samples("report")});
    for (const std::string name : {"capture", "segments", "flows", "events", "hosts"}) {
        INFO(name);
        const Finished run = run_program({samples("good.pcap"), "-o", "-", "--report", name});
        CHECK(run.code == 0);
        CHECK(run.out == samples.report(name + ".csv"));
        CHECK(contains(run.err, "Connections: 1"));
    }
}

TEST_CASE("-q prints nothing but errors") {
    const Samples samples;
    const Finished good = run_program({"-q", samples("good.pcap"), "-o", samples("report")});
    CHECK(good.out.empty());
    CHECK(good.err.empty());
    CHECK(lines(run_program({"-q", samples("truncated.pcap")}).err) == 1);
}

TEST_CASE("--segments chooses the rows of segments.csv") {
    const Samples samples;
    run_program({samples("good.pcap"), "-o", samples("report"), "--segments", "all"});
    CHECK(lines(samples.report("segments.csv")) == 6);
    run_program({samples("good.pcap"), "-o", samples("report"), "--segments", "none"});
    CHECK_FALSE(fs::exists(samples("report/segments.csv")));
}

TEST_CASE("--bom, --delimiter, --crlf and --time choose the dialect") {
    const Samples samples;
    const auto flows = [&](const std::vector<std::string>& options) {
        std::vector<std::string> arguments = {samples("good.pcap"), "-q", "-o", "-", "--report", "flows"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        return run_program(arguments).out;
    };
    CHECK(flows({"--bom", "--delimiter", ";"}).starts_with("\xef\xbb\xbfstream;file;"));
    CHECK(flows({"--delimiter", "|"}).starts_with("stream|file|"));
    CHECK(contains(flows({"--crlf"}), ",last_heard_utc,scope\r\n"));
    CHECK(contains(flows({"--time", "epoch"}), ",1700000000.250000000,1700000010.250000000,10,"));
    CHECK(flows({"--community-id-seed", "1"}) != flows({}));
}

TEST_CASE("the locale of the user changes nothing") {
    const Samples samples;
    const auto flows = [&](const char* locale) {
        return run_program({samples("good.pcap"), "-q", "-o", "-", "--report", "flows"},
                           [&] { ::setenv("LC_ALL", locale, 1); })
            .out;
    };
    CHECK(flows("de_DE.UTF-8") == flows("C"));
}

TEST_CASE("names of inputs reach the terminal and the cells escaped") {
    const Samples samples;
    const std::string evil = "=cmd|'\x1b]0;owned\x07,\"\xff.pcap";
    write_file(samples(evil), pcap_of(sample_story()));
    const Finished run = run_program({samples(evil), samples("\x1b[2Jmissing"), "-o", samples("report")});
    CHECK(run.code == 2);
    CHECK_FALSE(contains(run.out, "\x1b"));
    CHECK_FALSE(contains(run.err, "\x1b"));
    CHECK(contains(run.err, R"(\x1B[2Jmissing)"));
    CHECK(line(samples.report("capture.csv"), 1)
              .starts_with("\"'=cmd|'\\x1B]0;owned\\x07,\"\"\uFFFD.pcap\",pcap,"));
}

TEST_CASE("help fits a page, and names its own exit codes") {
    const Finished help = run_program({"--help"});
    CHECK(help.code == 0);
    CHECK(lines(help.out) <= 61);
    std::istringstream in(help.out);
    for (std::string text; std::getline(in, text);) CHECK(text.size() <= 100);
    CHECK(contains(help.out, "Exit codes: 0 "));
}

TEST_CASE("--version, --columns, --explain and -D answer without an input") {
    const Finished version = run_program({"--version"});
    CHECK(version.code == 0);
    CHECK(version.out.starts_with("deadpeer " DEADPEER_VERSION "\n"));
    CHECK(contains(version.out, "libpcap version "));
    CHECK(contains(version.out, "libtins version "));
    const Finished columns = run_program({"--columns"});
    CHECK(columns.code == 0);
    CHECK(contains(columns.out, "| `community_id` | "));
    const Finished codes = run_program({"--explain", "idle"});
    CHECK(codes.code == 0);
    CHECK(codes.out.starts_with("idle (verdict; flows.csv, verdict)\n  "));
    const Finished no_code = run_program({"--explain", "idel"});
    CHECK(no_code.code == 1);
    CHECK(no_code.err ==
          "deadpeer: no code is called idel; --explain all lists them\nTry deadpeer --help.\n");
    const Finished interfaces = run_program({"-D"});
    CHECK((interfaces.code == 0 ? interfaces.out.starts_with("1. ") : lines(interfaces.err) == 1));
}

TEST_CASE("usage errors: exit 1, one sentence, and where to find help") {
    const std::vector<std::string> cases[] = {
        {},
        {"--no-such-option", "x"},
        {"x", "-o", "-"},
        {"x", "-o", "-", "--report", "nothing"},
        {"x", "-o", "-", "--report", "flows,events"},
        {"x", "-o", "-", "--report", "flows", "--format", "csv,jsonl"},
        {"x", "-o", "d", "--format", "xml"},
        {"x", "-o", "d", "--columns", "stream"},
        {"x", "--report", "flows"},
        {"x", "--format", "jsonl"},
        {"x", "--columns", "short"},
        {"x", "-o", "-", "--report", "segments", "--segments", "none"},
        {"x", "--segments", "some"},
        {"x", "--wireshark", "5.0"},
        {"x", "--delimiter", "a"},
        {"x", "--time", "local"},
        {"x", "-c", "0"},
        {"x", "-c", "-1"},
        {"x", "--memory", "10kB"},
        {"x", "--memory", "much"},
        {"x", "--memory", "-1"},
        {"x", "--memory", "-5MB"},
        {"x", "--community-id-seed", "65536"},
        {"x", "--min-probe-silence", "-1"},
        {"x", "-i", "eth0"},
        {"-", "-"},
    };
    for (const std::vector<std::string>& arguments : cases) {
        INFO(Catch::StringMaker<std::vector<std::string>>::convert(arguments));
        const Finished run = run_program(arguments);
        CHECK(run.code == 1);
        CHECK(run.out.empty());
        CHECK(run.err.starts_with("deadpeer: "));
        CHECK(run.err.ends_with("\nTry deadpeer --help.\n"));
    }
}
