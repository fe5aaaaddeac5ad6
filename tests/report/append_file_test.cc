#include "report/storage/append_file.h"

#include <sys/stat.h>

#include "report/full_disk.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

struct Events {
    TemporaryFolder place;
    std::unique_ptr<ReportFolder> folder = ReportFolder::open(place.path().string()).value();
    AppendFile file{*folder, "events.csv", "header\n"};

    [[nodiscard]] std::string text() const { return content_of(place.file("events.csv")); }
};

}  // namespace

TEST_CASE("each row is in the file as soon as it is appended, with mode 0640") {
    ::umask(0);
    Events events;
    REQUIRE(events.file.open().ok());
    CHECK(events.text() == "header\n");
    events.file.append("one\n");
    CHECK(events.text() == "header\none\n");
    events.file.append("two\n");
    CHECK(events.text() == "header\none\ntwo\n");
    CHECK(events.file.bytes() == events.text().size());
    CHECK(events.file.sync().ok());
    CHECK(fs::status(events.place.file("events.csv")).permissions() == fs::perms{0640});
}

TEST_CASE("a row that does not fit leaves nothing of itself, waits, and comes when there is room") {
    // 7 bytes of header and 4 a row: at the end of a row, and in the middle of one.
    for (const rlim_t room : {11U, 12U, 13U, 14U}) {
        INFO(room);
        Events events;
        REQUIRE(events.file.open().ok());
        {
            const FullDisk full(room);
            events.file.append("one\n");
            events.file.append("two\n");
            events.file.append("tri\n");
            CHECK(events.text() == "header\none\n");
            CHECK_FALSE(events.file.retry());
            CHECK(events.text() == "header\none\n");
            CHECK(events.file.waiting() == 2);
            CHECK(events.file.status().error().message.find("events.csv: File too large.") !=
                  std::string::npos);
        }
        CHECK(events.file.retry());
        CHECK(events.file.status().ok());
        events.file.append("for\n");
        CHECK(events.text() == "header\none\ntwo\ntri\nfor\n");
        CHECK(events.file.lost() == 0);
    }
}

TEST_CASE("while its header does not fit there is no file; then it comes before the rows") {
    for (const rlim_t room : {0U, 3U}) {
        Events events;
        {
            const FullDisk full(room);
            CHECK_FALSE(events.file.open().ok());
            events.file.append("one\n");
            CHECK_FALSE(fs::exists(events.place.file("events.csv")));
        }
        CHECK(events.file.retry());
        CHECK(events.text() == "header\none\n");
    }
}

TEST_CASE("rows beyond the memory are counted, those that wait are not") {
    Events events;
    REQUIRE(events.file.open().ok());
    const std::string row = std::string(9999, 'x') + '\n';
    const std::size_t fit = AppendFile::kMostWaitingBytes / row.size();
    {
        const FullDisk full(7);
        for (std::size_t i = 0; i < fit + 3; ++i) events.file.append(row);
        CHECK(events.file.lost() == 3);
        CHECK(events.file.waiting() == fit);
    }
    CHECK(events.file.retry());
    CHECK(events.file.lost() == 3);
    CHECK(events.text().size() == 7 + fit * row.size());
}

TEST_CASE("neither a link nor a file that is there is written to") {
    Events events;
    const TemporaryFolder elsewhere;
    write_file(elsewhere.file("victim"), "precious");
    fs::create_symlink(elsewhere.file("victim"), events.place.file("events.csv"));
    CHECK_FALSE(events.file.open().ok());
    events.file.append("one\n");
    CHECK(content_of(elsewhere.file("victim")) == "precious");
    fs::remove(events.place.file("events.csv"));
    write_file(events.place.file("events.csv"), "of another");
    CHECK_FALSE(events.file.retry());
    CHECK(events.text() == "of another");
    fs::remove(events.place.file("events.csv"));
    CHECK(events.file.retry());
    CHECK(events.text() == "header\none\n");
}

TEST_CASE("a file that was deleted is noticed, and begins anew with its header") {
    Events events;
    REQUIRE(events.file.open().ok());
    events.file.append("one\n");
    events.file.append("two\n");
    REQUIRE(events.file.sync().ok());
    fs::remove(events.place.file("events.csv"));
    CHECK(events.file.retry());
    CHECK(events.file.take_notice() ==
          events.place.file("events.csv") + " was deleted while it was written; it begins anew.");
    CHECK(events.file.take_notice().empty());
    CHECK(events.file.lost() == 2);
    CHECK(events.text() == "header\n");
    events.file.append("tri\n");
    CHECK(events.file.sync().ok());
    CHECK(events.text() == "header\ntri\n");
}

TEST_CASE("the next row after the file was moved away is in a new one, and no row is lost") {
    // What a rotation of logs leaves under the name: nothing, or an empty file.
    for (const bool creates : {false, true}) {
        Events events;
        REQUIRE(events.file.open().ok());
        events.file.append("one\n");
        for (const std::string old : {"old.1", "old.2", "old.3"}) {
            fs::rename(events.place.file("events.csv"), events.place.file(old));
            if (creates) write_file(events.place.file("events.csv"), "");
            events.file.append("two\n");
            events.file.append("tri\n");
            CHECK(events.text() == "header\ntwo\ntri\n");
            CHECK(events.file.bytes() == events.text().size());
            CHECK(events.file.take_notice() ==
                  events.place.file("events.csv") + " was moved away while it was written; it begins anew.");
            CHECK(events.file.take_notice().empty());
        }
        CHECK(content_of(events.place.file("old.1")) == "header\none\n");
        CHECK(content_of(events.place.file("old.3")) == "header\ntwo\ntri\n");
        CHECK(events.file.lost() == 0);
        CHECK(events.file.status().ok());
    }
}

TEST_CASE("rows wait where the file was moved away and something else has its name") {
    Events events;
    REQUIRE(events.file.open().ok());
    fs::rename(events.place.file("events.csv"), events.place.file("old"));
    write_file(events.place.file("events.csv"), "of another");
    events.file.append("one\n");
    CHECK(events.text() == "of another");
    CHECK(content_of(events.place.file("old")) == "header\n");
    CHECK(events.file.status().error().message.find("events.csv: File exists. Move it away.") !=
          std::string::npos);
    fs::remove(events.place.file("events.csv"));
    CHECK(events.file.retry());
    CHECK(events.text() == "header\none\n");
    CHECK(events.file.lost() == 0);
}

TEST_CASE("a file that was shortened gets its header, and keeps whole rows that are left in it") {
    struct Case {
        const char* what;
        std::uint64_t length;
        std::string left;
    };
    const Case cases[] = {{"nothing", 0, ""},     {"part of the header", 3, ""},
                          {"the header", 7, ""},  {"part of a row", 9, ""},
                          {"a row", 11, "one\n"}, {"a row and part of one", 14, "one\n"}};
    for (const Case& c : cases) {
        INFO(c.what);
        Events events;
        REQUIRE(events.file.open().ok());
        events.file.append("one\n");
        events.file.append("two\n");
        fs::resize_file(events.place.file("events.csv"), c.length);
        events.file.append("tri\n");
        CHECK(events.text() == "header\n" + c.left + "tri\n");
        CHECK(events.file.bytes() == events.text().size());
        CHECK(events.file.take_notice() ==
              events.place.file("events.csv") + " was shortened while it was written; it begins anew.");
        events.file.append("for\n");
        CHECK(events.text() == "header\n" + c.left + "tri\nfor\n");
        CHECK(events.file.take_notice().empty());
        CHECK(events.place.entries() == 1);
    }
}

TEST_CASE("a row that met the moment in which the file was emptied is kept") {
    Events events;
    REQUIRE(events.file.open().ok());
    const std::string row = std::string(99'999, 'x') + '\n';  // more than is copied at a time
    events.file.append("one\n" + row + row + row);
    // As if it had been emptied after the program looked, and before it wrote.
    fs::resize_file(events.place.file("events.csv"), 0);
    write_file(events.place.file("events.csv"), row + "two\n");
    CHECK(events.file.retry());
    CHECK(events.text() == "header\n" + row + "two\n");
    fs::remove(events.place.file("events.csv"));
    CHECK(events.file.retry());
    CHECK(events.file.lost() == 2);
}

TEST_CASE("a file that was shortened on a full disk stays until there is room") {
    Events events;
    REQUIRE(events.file.open().ok());
    events.file.append("one\n");
    events.file.append("two\n");
    fs::resize_file(events.place.file("events.csv"), 11);
    {
        const FullDisk full(3);
        events.file.append("tri\n");
        CHECK(events.text() == "header\none\n");
        CHECK(events.file.waiting() == 1);
    }
    CHECK(events.file.retry());
    CHECK(events.text() == "header\none\ntri\n");
    CHECK(events.file.lost() == 0);
    CHECK(events.place.entries() == 1);
}

TEST_CASE("after closing, rows go to a new file with a header of its own") {
    Events events;
    REQUIRE(events.file.open().ok());
    events.file.append("one\n");
    events.file.close();
    fs::rename(events.place.file("events.csv"), events.place.file("old"));
    events.file.append("two\n");
    CHECK(events.text() == "header\ntwo\n");
    CHECK(content_of(events.place.file("old")) == "header\none\n");
}
