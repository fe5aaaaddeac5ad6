#include "report/storage/period_folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "report/live/rotation.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

constexpr Nanoseconds kMorning = 1'795'240'800 * kSecond;  // 2026-11-21T06:00:00Z
constexpr Nanoseconds kHour = 3600 * kSecond;

struct Place {
    TemporaryFolder folder;
    std::unique_ptr<ReportFolder> reports = ReportFolder::open(folder.path().string()).value();

    [[nodiscard]] std::string text(const std::string& name) const { return content_of(folder.file(name)); }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& entry : fs::directory_iterator(folder.path()))
            all.push_back(entry.path().filename());
        std::sort(all.begin(), all.end());
        return all;
    }
    void put(const std::string& name, const std::string& content) const {
        fs::create_directories(fs::path(folder.file(name)).parent_path());
        write_file(folder.file(name), content);
    }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("boundaries are those of the clock") {
    const Rotation hourly{.every = kHour};
    CHECK(hourly.boundary_after(kMorning - 1) == kMorning);
    CHECK(hourly.boundary_after(kMorning) == kMorning + kHour);
    CHECK(hourly.boundary_after(kMorning + kHour - 1) == kMorning + kHour);
    CHECK(hourly.boundary_after(-1) == 0);
    CHECK_FALSE(Rotation{}.boundary_after(kMorning).has_value());
}

TEST_CASE("a period's folder is named after its begin") {
    CHECK(period_name(kMorning) == "20261121T060000Z");
    CHECK(period_name(kMorning + kSecond - 1) == "20261121T060000Z");
    CHECK(period_name(0) == "19700101T000000Z");
}

TEST_CASE("reports move into a new folder of their period, and nothing else does") {
    const Place place;
    for (const char* name :
         {"capture.csv", "events.csv", "flows.csv", "hosts.csv", "segments.csv", "notes.txt"}) {
        place.put(name, name);
    }
    REQUIRE(move_reports(*place.reports, kMorning).ok());
    CHECK(place.names() == Names{"20261121T060000Z", "notes.txt"});
    CHECK(place.text("20261121T060000Z/events.csv") == "events.csv");
    CHECK(place.text("20261121T060000Z/segments.csv") == "segments.csv");
    CHECK((fs::status(place.folder.file("20261121T060000Z")).permissions() & fs::perms{0027}) ==
          fs::perms{0});
    REQUIRE(move_reports(*place.reports, kMorning).ok());  // no report: no folder
    CHECK(place.names() == Names{"20261121T060000Z", "notes.txt"});
}

TEST_CASE("a folder that is there is never used again") {
    const Place place;
    for (const char* content : {"first", "second", "third"}) {
        place.put("events.csv", content);
        REQUIRE(move_reports(*place.reports, kMorning).ok());
    }
    CHECK(place.text("20261121T060000Z/events.csv") == "first");
    CHECK(place.text("20261121T060000Z-2/events.csv") == "second");
    CHECK(place.text("20261121T060000Z-3/events.csv") == "third");
    place.put("events.csv", "a second later");
    REQUIRE(move_reports(*place.reports, kMorning + kSecond).ok());
    CHECK(place.text("20261121T060001Z/events.csv") == "a second later");
}

TEST_CASE("periods of one second are removed in the order in which they began") {
    const Place place;
    for (int period = 0; period < 12; ++period) {
        place.put("events.csv", std::to_string(period));
        REQUIRE(move_reports(*place.reports, kMorning).ok());
    }
    for (const char* name : {"20261121T060000Z-", "20261121T060000Z-0", "20261121T060000Z-x"}) {
        place.put(std::string(name) + "/events.csv", "no period");
    }
    REQUIRE(keep_latest(*place.reports, 3).ok());
    CHECK(place.names() == Names{"20261121T060000Z-", "20261121T060000Z-0", "20261121T060000Z-10",
                                 "20261121T060000Z-11", "20261121T060000Z-12", "20261121T060000Z-x"});
    CHECK(holds_only_reports(*place.reports) == false);
}

TEST_CASE("a link in place of a period's folder is not followed") {
    const Place place;
    const TemporaryFolder elsewhere;
    fs::create_symlink(elsewhere.path(), place.folder.file("20261121T060000Z"));
    place.put("events.csv", "mine");
    REQUIRE(move_reports(*place.reports, kMorning).ok());
    CHECK(elsewhere.entries() == 0);
    CHECK(place.text("20261121T060000Z-2/events.csv") == "mine");
}

TEST_CASE("earlier reports are named after the first time in them") {
    const Place place;
    place.put("events.csv",
              "time_utc,file\n2026-11-21T06:50:00.123456789Z,eth0\n2026-11-21T06:40:00Z,eth0\n");
    REQUIRE(move_earlier_reports(*place.reports).ok());
    CHECK(place.names() == Names{"20261121T064000Z"});
    place.put("capture.csv",
              "file,first\n9999-99-99T99:99:99Z,2026-11-21T06:00:00.5Z,2026-11-22T06:00:00Z\n");
    place.put("events.csv", "time_utc,file\n2026-11-21T06:50:00.123456789Z,eth0\n");
    REQUIRE(move_earlier_reports(*place.reports).ok());
    CHECK(place.names() == Names{"20261121T060000Z", "20261121T064000Z"});
}

TEST_CASE("part of a row at the end of earlier events is cut off") {
    struct Case {
        std::string before, after;
    };
    const std::string long_row(70'000, 'x');
    const Case cases[] = {{"a\nb\n", "a\nb\n"},
                          {"a\nb", "a\n"},
                          {"a", "a"},  // not one of ours
                          {"", ""},
                          {long_row + "\nb", long_row + "\n"},
                          {"a\n" + std::string(100, '\0'), "a\n"}};
    for (const Case& c : cases) {
        const Place place;
        place.put("events.csv", c.before);
        REQUIRE(move_earlier_reports(*place.reports).ok());
        CHECK(place.text(place.names().at(0) + "/events.csv") == c.after);
    }
}

TEST_CASE("without a time in them, after the last change of events.csv") {
    const Place place;
    place.put("events.csv", "time_utc,file\n");
    place.put("flows.csv", "stream\n");
    const timespec times[2] = {{1795240800, 0}, {1795240800, 0}};
    REQUIRE(::utimensat(AT_FDCWD, place.folder.file("events.csv").c_str(), times, 0) == 0);
    REQUIRE(move_earlier_reports(*place.reports).ok());
    CHECK(place.names() == Names{"20261121T060000Z"});
    CHECK(place.text("20261121T060000Z/flows.csv") == "stream\n");
}

TEST_CASE("what is no file is told what it is, and no folder is made for it") {
    const auto refusal = [](const std::function<void(const std::string&)>& make) {
        const Place place;
        place.put("events.csv", "rows");
        make(place.folder.file("flows.csv"));
        const Status moved = move_earlier_reports(*place.reports);
        REQUIRE_FALSE(moved.ok());
        CHECK(place.names() == Names{"events.csv", "flows.csv"});
        const std::string& said = moved.error().message;
        return said.substr(said.rfind('/') + 1);
    };
    CHECK(refusal([](const std::string& path) { fs::create_symlink("/etc/hostname", path); }) ==
          "flows.csv is a symbolic link, not a report. Move it away, or choose another folder.");
    CHECK(refusal([](const std::string& path) { ::mkfifo(path.c_str(), 0600); }) ==
          "flows.csv is a named pipe, not a report. Move it away, or choose another folder.");
    CHECK(refusal([](const std::string& path) { fs::create_directory(path); }) ==
          "flows.csv is a folder, not a report. Move it away, or choose another folder.");
}

TEST_CASE("empty folders of periods go, and do not count") {
    const Place place;
    place.put("20261121T060000Z/flows.csv", "x");
    for (const char* name : {"20261121T060001Z", "20261121T060002Z"}) {
        fs::create_directory(place.folder.file(name));
    }
    REQUIRE(keep_latest(*place.reports, 1).ok());
    CHECK(place.names() == Names{"20261121T060000Z"});
}

TEST_CASE("the oldest periods go, and only periods with only reports in them") {
    const Place place;
    const TemporaryFolder elsewhere;
    write_file(elsewhere.file("events.csv"), "precious");
    for (const char* hour : {"03", "04", "05", "06"}) {
        place.put(std::string("20261121T") + hour + "0000Z/events.csv", hour);
        place.put(std::string("20261121T") + hour + "0000Z/flows.csv", hour);
    }
    place.put("20261121T030000Z/notes.txt", "mine");
    place.put("20261121T0300Z/events.csv", "no period");
    place.put("20261121T010000Z", "a file");
    fs::create_directory_symlink(elsewhere.path(), place.folder.file("20261121T020000Z"));
    REQUIRE(keep_latest(*place.reports, 2).ok());
    CHECK(place.names() == Names{"20261121T010000Z", "20261121T020000Z", "20261121T030000Z", "20261121T0300Z",
                                 "20261121T050000Z", "20261121T060000Z"});
    CHECK(place.text("20261121T030000Z/notes.txt") == "mine");
    CHECK(place.text("20261121T050000Z/events.csv") == "05");
    CHECK(content_of(elsewhere.file("events.csv")) == "precious");
    REQUIRE(keep_latest(*place.reports, 9).ok());
    CHECK(place.text("20261121T050000Z/flows.csv") == "05");
}

TEST_CASE("a period that cannot be removed is told with its path") {
    const Place place;
    place.put("20261121T030000Z/events.csv/file", "in a folder");
    const Status kept = keep_latest(*place.reports, 0);
    REQUIRE_FALSE(kept.ok());
    CHECK(kept.error().message.find(place.folder.file("20261121T030000Z/events.csv") + ": ") !=
          std::string::npos);
    CHECK(place.text("20261121T030000Z/events.csv/file") == "in a folder");
}

TEST_CASE("a folder holds only reports, or something else as well") {
    const Place place;
    CHECK(holds_only_reports(*place.reports));
    place.put("events.csv", "x");
    place.put(".flows.csv.tmp", "x");
    place.put("20261121T060000Z/events.csv", "x");
    place.put("20261121T060000Z-2/events.csv", "x");
    CHECK(holds_only_reports(*place.reports));
    place.put("20261121T060000Z.txt", "x");
    CHECK_FALSE(holds_only_reports(*place.reports));
}

TEST_CASE("root gives reports away, and what links lead to stays", "[root]") {
    constexpr uid_t kUser = 65534;
    const auto owner = [](const std::string& path) {
        struct stat info {};
        REQUIRE(::lstat(path.c_str(), &info) == 0);
        return info.st_uid;
    };
    const Place place;
    const Place elsewhere;
    elsewhere.put("target", "x");
    place.put("events.csv", "x");
    place.put("20261121T060000Z/flows.csv", "x");
    fs::create_symlink(elsewhere.folder.file("target"), place.folder.file("hosts.csv"));
    REQUIRE(give_reports(*place.reports, kUser, kUser).ok());
    for (const char* name :
         {"", "events.csv", "20261121T060000Z", "20261121T060000Z/flows.csv", "hosts.csv"}) {
        INFO(name);
        CHECK(owner(place.folder.file(name)) == kUser);
    }
    CHECK(owner(elsewhere.folder.file("target")) == 0);
    fs::create_hard_link(elsewhere.folder.file("target"), place.folder.file("segments.csv"));
    const Status refused = give_reports(*place.reports, kUser, kUser);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.find("segments.csv is a hard link") != std::string::npos);
    CHECK(owner(elsewhere.folder.file("target")) == 0);
}
