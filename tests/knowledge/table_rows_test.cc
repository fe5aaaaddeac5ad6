// The built-in tables are whole; a bad row is named by file, line and reason.
#include "knowledge/table_rows.h"

#include "knowledge/builtin_tables.h"
#include "support/catch.h"

namespace {

using deadpeer::kNoTime;
using deadpeer::kSecond;
using deadpeer::TableInput;

TableInput table(std::string_view text) {
    return {.name = "mine.csv", .text = text};
}

std::string profile_error(const std::string& row) {
    const std::string text =
        "name,kind,idle_s,interval_s,count,payload_bytes,spacing,verified\nLinux,os,7200,75,9,0,fixed,yes\n" +
        row;
    const auto rows = deadpeer::read_profiles(table(text));
    return rows ? "" : rows.error().message;
}

std::string timeout_error(const std::string& text) {
    const auto rows = deadpeer::read_timeouts(table(text));
    return rows ? "" : rows.error().message;
}

std::string pattern_error(const std::string& row) {
    const std::string text = "protocol,bytes,contains,length,verified,message\n" + row;
    const auto rows = deadpeer::read_patterns(table(text));
    return rows ? "" : rows.error().message;
}

}  // namespace

TEST_CASE("the built-in tables can be read, and every row names its source") {
    const auto profiles = deadpeer::read_profiles({.name = "p", .text = deadpeer::kBuiltinProfiles});
    const auto timeouts = deadpeer::read_timeouts({.name = "t", .text = deadpeer::kBuiltinTimeouts});
    const auto patterns = deadpeer::read_patterns({.name = "h", .text = deadpeer::kBuiltinPatterns});
    REQUIRE(profiles.ok());
    REQUIRE(timeouts.ok());
    REQUIRE(patterns.ok());
    CHECK(profiles.value().size() >= 20);
    CHECK(timeouts.value().size() >= 20);
    CHECK(patterns.value().size() >= 20);
    for (const auto& row : profiles.value())
        CHECK((row.verified ? row.source != "from memory" : row.source == "from memory"));
    for (const auto& row : timeouts.value())
        CHECK((row.verified ? row.source != "from memory" : row.source == "from memory"));
    for (const auto& row : patterns.value()) CHECK_FALSE(row.source.empty());
}

TEST_CASE("a profile's cells arrive where they belong, unknown ones unknown") {
    const auto rows = deadpeer::read_profiles(
        table("# a comment\n\nkind,name,source,idle_s,count\nos,\"A, B\",\"said \"\"so\"\"\",0.5,\n"));
    REQUIRE(rows.ok());
    REQUIRE(rows.value().size() == 1);
    const auto& row = rows.value().front();
    CHECK(row.name == "A, B");
    CHECK(row.is_os);
    CHECK(row.idle == kSecond / 2);
    CHECK(row.interval == kNoTime);
    CHECK(row.count == 0);
    CHECK_FALSE(row.payload.has_value());
    CHECK_FALSE(row.exponential.has_value());
    CHECK(row.source == "said \"so\"");
}

TEST_CASE("who writes a row without a verified column vouches for it") {
    const auto rows = deadpeer::read_timeouts(table("name,idle_s\nour firewall,1800\n"));
    REQUIRE(rows.ok());
    CHECK(rows.value().front().verified);
}

TEST_CASE("a bad profile is named by file, line and reason") {
    CHECK(profile_error("A,os,7200,75,9,0,fixed,yes\n").empty());
    CHECK(profile_error("A,os,1h,75,9,0,fixed,yes\n") ==
          "mine.csv, line 3: idle_s must be a number of seconds from 0.001 to 1000000000, not \"1h\".");
    CHECK(profile_error(",os,7200,75,9,0,fixed,yes\n") == "mine.csv, line 3: name is empty.");
    CHECK(profile_error("A;B,os,7200,75,9,0,fixed,yes\n") ==
          "mine.csv, line 3: name must be without a semicolon, not \"A;B\".");
    CHECK(profile_error("A,kernel,7200,75,9,0,fixed,yes\n") ==
          "mine.csv, line 3: kind must be os or application, not \"kernel\".");
    CHECK(profile_error("A,os,7200,75,-1,0,fixed,yes\n") ==
          "mine.csv, line 3: count must be a number from 1 to 1000000, not \"-1\".");
    CHECK(profile_error("A,os,7200,75,9,2,fixed,yes\n") ==
          "mine.csv, line 3: payload_bytes must be a number from 0 to 1, not \"2\".");
    CHECK(profile_error("A,os,7200,75,9,0,doubling,yes\n") ==
          "mine.csv, line 3: spacing must be exponential or fixed, not \"doubling\".");
    CHECK(profile_error("A,os,7200,75,9,0,fixed,maybe\n") ==
          "mine.csv, line 3: verified must be yes or no, not \"maybe\".");
    CHECK(profile_error("A,os,,,,0,fixed,yes\n") ==
          "mine.csv, line 3: idle_s, interval_s and count are all empty: nothing to compare with.");
    CHECK(profile_error("A,os,7200\n") == "Too few columns in line 3 in file \"mine.csv\".");
    CHECK(profile_error("\"A,os,7200\n") == "Escaped string was not closed in line 3 in file \"mine.csv\".");
}

TEST_CASE("durations end at their limits") {
    CHECK(timeout_error("name,idle_s\nA,0.001\n").empty());
    CHECK(timeout_error("name,idle_s\nA,1000000000\n").empty());
    for (const char* bad : {"0", "0.0009", "-1", "1000000001", "nan", "inf", "1e99", "1 s", "0x10", "1,5"}) {
        INFO(bad);
        CHECK_FALSE(timeout_error(std::string("name,idle_s\nA,\"") + bad + "\"\n").empty());
    }
    CHECK(timeout_error("name,idle_s\nA,\n") == "mine.csv, line 2: idle_s is empty.");
}

TEST_CASE("a header that cannot be is an error") {
    CHECK(timeout_error("name\nA\n") ==
          "mine.csv, line 1: there is no column idle_s; the columns are name, idle_s, at_expiry, verified, "
          "source, note.");
    CHECK(timeout_error("name,idle_s,idel_s\n") ==
          "mine.csv, line 1: there is a column \"idel_s\"; the first line names the columns, which are name, "
          "idle_s, at_expiry, verified, source, note.");
    CHECK(timeout_error("") == "Header missing in file \"mine.csv\".");
    CHECK_FALSE(deadpeer::read_timeouts({.name = "/nonexistent/timeouts.csv", .text = {}}).ok());
}

TEST_CASE("a bad pattern is named by file, line and reason") {
    CHECK(pattern_error("p,c0 00,,2,yes,\n").empty());
    CHECK(pattern_error("p,c0 0,,2,yes,\n") ==
          "mine.csv, line 2: bytes must be pairs of hexadecimal digits or ?, not \"c0 0\".");
    CHECK(pattern_error("p,,,2,yes,\n") ==
          "mine.csv, line 2: bytes and contains are both empty: that would match everything.");
    CHECK(pattern_error("p,,\\q,2,yes,\n") ==
          "mine.csv, line 2: contains must be text whose backslashes begin \\r \\n \\t \\\\ or \\xHH, not "
          "\"\\q\".");
    CHECK(pattern_error("p,c0,,65,yes,\n") ==
          "mine.csv, line 2: length must be a number from 1 to 64, not \"65\".");
    CHECK(pattern_error("p,c0,,3-2,yes,\n") ==
          "mine.csv, line 2: length must be a number or least-most, not \"3-2\".");
}
