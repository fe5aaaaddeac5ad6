// deadpeer compare on what real systems sent, captured at both hosts of a path.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/program.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

namespace {

using deadpeer::Finished;
using deadpeer::run_program;
using deadpeer::TemporaryFolder;

using Row = std::map<std::string, std::string>;

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            cells.emplace_back();
        } else {
            cells.back() += c;
        }
    }
    return cells;
}

std::vector<Row> rows_of(const std::string& path) {
    std::istringstream text(read(path));
    std::string line;
    REQUIRE(std::getline(text, line));
    const std::vector<std::string> names = cells_of(line);
    std::vector<Row> rows;
    while (std::getline(text, line)) {
        const std::vector<std::string> cells = cells_of(line);
        REQUIRE(cells.size() == names.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i == 0) rows.emplace_back();
            rows.back()[names[i]] = cells[i];
        }
    }
    return rows;
}

std::string story(const std::string& name, const char* capture) {
    return std::string(TESTDATA_FOLDER) + "/" + name + "/" + capture;
}

struct Compared {
    Finished finished;
    std::vector<Row> paths;
    std::vector<Row> fates;
};

Compared compare(const std::string& a, const std::string& b) {
    const TemporaryFolder folder;
    Compared compared;
    const std::string out = folder.file("report");
    compared.finished = run_program({"compare", a, b, "-o", out});
    INFO(compared.finished.err);
    REQUIRE(compared.finished.code == 0);
    compared.paths = rows_of(out + "/paths.csv");
    compared.fates = rows_of(out + "/fates.csv");
    return compared;
}

Compared compare_story(const std::string& name) {
    return compare(story(name, "capture.pcap"), story(name, "capture_far.pcap"));
}

// By initiator's port.
std::map<std::string, std::string> path_fates(const Compared& compared) {
    std::map<std::string, std::string> fates;
    for (const Row& row : compared.paths) fates[row.at("initiator_port_a")] = row.at("fate");
    return fates;
}

std::size_t count(const Compared& compared, const std::string& fate, const std::string& direction) {
    return static_cast<std::size_t>(std::ranges::count_if(compared.fates, [&](const Row& row) {
        return row.at("fate") == fate && row.at("direction") == direction;
    }));
}

// A classic capture without some of its frames.
std::string without_some(const std::string& capture, std::mt19937_64& random) {
    constexpr std::size_t kFileHeader = 24;
    constexpr std::size_t kRecordHeader = 16;
    std::string kept = capture.substr(0, kFileHeader);
    for (std::size_t at = kFileHeader; at + kRecordHeader <= capture.size();) {
        std::uint32_t length = 0;
        std::memcpy(&length, capture.data() + at + 8, sizeof length);
        const std::string record = capture.substr(at, kRecordHeader + length);
        at += record.size();
        if (random() % 20 != 0) kept += record;
    }
    return kept;
}

// The times of what was told to be lost, where it was seen.
std::set<std::string> lost(const Compared& compared) {
    std::set<std::string> times;
    for (const Row& row : compared.fates) {
        if (row.at("fate") == "lost_between") times.insert(row.at("time_a_utc") + row.at("time_b_utc"));
    }
    return times;
}

}  // namespace

TEST_CASE("a firewall that forgets is found between the two captures") {
    const Compared compared = compare_story("path_forgot_idle_connection");
    CHECK(path_fates(compared) ==
          std::map<std::string, std::string>{
              {"40001", "open"}, {"40002", "open"}, {"40003", "died_between"}, {"40004", "died_between"}});
    CHECK(count(compared, "lost_between", "a_to_b") == 10);
    CHECK(compared.fates.size() == 10);
    const std::string sentence =
        "The keepalive probe of 10.1.0.2:40003 left A at 09:36:59 (frame 38) and never reached B, after 8.2 "
        "s "
        "of silence; the middlebox between dropped the connection; B still holds it.";
    CHECK(compared.finished.out.find(sentence) != std::string::npos);
    CHECK(compared.paths.at(2).at("probes_sent") == "3");
    CHECK(compared.paths.at(2).at("probes_crossed") == "0");
    CHECK(compared.paths.at(2).at("verdict_a") == "path_dead");
    CHECK(compared.paths.at(2).at("verdict_b") == "alive");
}

TEST_CASE("a path that loses one direction is told by it") {
    const Compared one = compare_story("path_loses_one_direction");
    CHECK(path_fates(one).begin()->second == "answer_died_between");
    CHECK(count(one, "lost_between", "a_to_b") == 3);
    CHECK(count(one, "lost_between", "b_to_a") == 0);
    const Compared other = compare_story("path_loses_the_other_direction");
    CHECK(path_fates(other).begin()->second == "answer_died_between");
    CHECK(count(other, "lost_between", "a_to_b") == 0);
    CHECK(count(other, "lost_between", "b_to_a") == 3);
}

TEST_CASE("an outage on a path that works again is found") {
    const Compared compared = compare_story("peer_gave_up_by_itself");
    CHECK(count(compared, "lost_between", "b_to_a") == 4);
    CHECK(compared.fates.size() == 4);
}

TEST_CASE("what crossed is not told") {
    for (const char* name : {"address_moves_to_standby", "address_moves_to_standby_ipv6"}) {
        const Compared compared = compare_story(name);
        CHECK(compared.paths.size() == 3);
        CHECK(compared.fates.empty());
    }
}

TEST_CASE("a balancer terminates connections") {
    const Compared compared = compare_story("balancer_answers_for_silent_backend");
    REQUIRE(compared.paths.size() == 2);
    for (const Row& row : compared.paths) CHECK(row.at("fate") == "terminated_between");
}

TEST_CASE("a capture compared with itself has lost nothing") {
    const Compared compared = compare(story("sample", "capture.pcap"), story("sample", "capture.pcap"));
    CHECK(compared.paths.size() == 5);
    CHECK(compared.fates.empty());
}

TEST_CASE("frames that one capture lacks are not lost on the path") {
    std::mt19937_64 random(1);
    for (const char* name :
         {"path_forgot_idle_connection", "path_loses_one_direction", "path_loses_the_other_direction",
          "peer_gave_up_by_itself", "address_moves_to_standby", "address_moves_to_standby_ipv6"}) {
        const std::string near = story(name, "capture.pcap");
        const std::string far = story(name, "capture_far.pcap");
        const std::set<std::string> truth = lost(compare(near, far));
        for (int i = 0; i < 10; ++i) {
            const TemporaryFolder folder;
            const std::string thinned = folder.file("thinned.pcap");
            const bool at_a = i % 2 == 0;
            write(thinned, without_some(read(at_a ? near : far), random));
            const std::set<std::string> told = lost(at_a ? compare(thinned, far) : compare(near, thinned));
            INFO(name << " " << i);
            CHECK(std::ranges::includes(truth, told));
        }
    }
}

TEST_CASE("what cannot be compared is told") {
    const TemporaryFolder folder;
    const std::string sample = story("sample", "capture.pcap");
    const auto run = [](std::vector<std::string> words) {
        words.insert(words.begin(), "compare");
        return run_program(words);
    };
    CHECK(run({sample}).code == 1);
    CHECK(run({sample, sample, sample}).code == 1);
    CHECK(run({sample, sample, "-o", "-"}).code == 1);
    CHECK(run({"-", "-"}).err.find("read only once") != std::string::npos);
    const Finished none = run({sample, folder.file("none.pcap")});
    CHECK(none.code == 3);
    CHECK(none.err.find("none.pcap") != std::string::npos);
    write(folder.file("text"), "no capture at all, but some words");
    CHECK(run({folder.file("text"), sample}).code == 3);
    const std::string whole = read(sample);
    write(folder.file("cut.pcap"), whole.substr(0, whole.size() - 7));
    const Finished cut = run({sample, folder.file("cut.pcap"), "-o", folder.file("report")});
    CHECK(cut.code == 2);
    CHECK(cut.err.find("cut.pcap is truncated at") != std::string::npos);
    CHECK(std::filesystem::exists(folder.file("report") + "/paths.csv"));
    CHECK(run({sample, sample, "-o", folder.file("none") + "/below"}).code == 4);
}

TEST_CASE("slim files are compared as the captures that they were made of") {
    const TemporaryFolder folder;
    const std::string name = "path_forgot_idle_connection";
    const std::string slim = folder.file("slim");
    for (const char* capture : {"capture.pcap", "capture_far.pcap"}) {
        REQUIRE(run_program({"slim", story(name, capture), "-o", slim}).code == 0);
    }
    const Compared whole = compare_story(name);
    const Compared small =
        compare(slim + "/capture.pcap.slim.pcapng.zst", slim + "/capture_far.pcap.slim.pcapng.zst");
    CHECK(small.paths == whole.paths);
    CHECK(small.fates == whole.fates);
    CHECK(small.finished.out.find("(frame 38)") != std::string::npos);
}

TEST_CASE("a point may be a folder of captures") {
    const TemporaryFolder folder;
    const std::string point = folder.file("point");
    std::filesystem::create_directory(point);
    const std::string whole = read(story("path_forgot_idle_connection", "capture.pcap"));
    // In the middle, between two frames.
    std::size_t at = 24;
    while (at < whole.size() / 2) {
        std::uint32_t length = 0;
        std::memcpy(&length, whole.data() + at + 8, sizeof length);
        at += 16 + length;
    }
    write(point + "/1.pcap", whole.substr(0, at));
    write(point + "/2.pcap", whole.substr(0, 24) + whole.substr(at));
    const Compared compared = compare(point, story("path_forgot_idle_connection", "capture_far.pcap"));
    CHECK(count(compared, "lost_between", "a_to_b") == 10);
    CHECK(compared.fates.front().at("file_a") == "2.pcap");
}
