// Which file of a folder is next, whatever happens to files, and after a restart.
#include "cli/follow/followed_files.h"

#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::cli;
using Known = FollowedFiles::Known;

namespace {

// Until none is left; their names, joined by a space.
std::string take_all(FollowedFiles& files) {
    std::string names;
    while (!files.empty()) {
        names += (names.empty() ? "" : " ") + files.take().name;
    }
    return names;
}

}  // namespace

TEST_CASE("files are taken by their first time stamps, then by name, those without any first") {
    FollowedFiles files;
    CHECK(files.begin() == 0);
    CHECK(files.empty());
    for (const FollowedFile& file :
         {FollowedFile{"c", 30, 1}, {"cap10", 20, 1}, {"cap2", 20, 1}, {"e", kNoTime, 1}}) {
        CHECK(files.complete(file) == Known::kNew);
    }
    CHECK(take_all(files) == "e cap2 cap10 c");
    files.complete({"late", 10, 1});
    CHECK(take_all(files) == "late");
}

TEST_CASE("a file is taken once, however often it is closed, and compressed or not") {
    FollowedFiles files;
    CHECK(files.complete({"a.pcap", 10, 100}) == Known::kNew);
    CHECK(files.complete({"a.pcap", 10, 100}) == Known::kTaken);
    CHECK(files.complete({"a.pcap.gz", 10, 50}) == Known::kTaken);
    CHECK(files.complete({"a.pcap", 10, 200}) == Known::kTaken);  // it waits: all of it will be read
    CHECK(take_all(files) == "a.pcap");
    CHECK(files.complete({"a.pcap", 10, 200}) == Known::kTaken);
    CHECK(files.complete({"a.pcap.zst", 10, 500}) == Known::kTaken);
    CHECK(files.complete({"a.pcap", 10, 300}) == Known::kGrown);
    CHECK(files.empty());
    CHECK(files.complete({"b.pcap.xz", 20, 10}) == Known::kNew);
    CHECK(files.complete({"b.pcap", 20, 100}) == Known::kTaken);
    CHECK(take_all(files) == "b.pcap.xz");
}

TEST_CASE("a name that is used again is another file") {
    FollowedFiles files;
    files.complete({"ring0", 10, 100});
    CHECK(take_all(files) == "ring0");
    CHECK(files.complete({"ring0", 20, 100}) == Known::kNew);
    CHECK(files.complete({"ring0", 30, 100}) == Known::kReplaces);
    CHECK(files.next().first_time == 30);
    CHECK(take_all(files) == "ring0");
    // Compressed before it could be opened.
    files.complete({"ring1", 40, 100});
    files.forget(files.take());
    CHECK(files.complete({"ring1.gz", 40, 10}) == Known::kNew);
}

TEST_CASE("after a restart the same files come in the same order, and then the others") {
    FollowedFiles before;
    before.complete({"b", 20, 1});
    before.take();
    before.complete({"a", 10, 1});  // it came late
    before.complete({"gone", 15, 1});
    CHECK(take_all(before) == "a gone");
    CHECK(before.to_mark(true).size() == 3);
    CHECK(before.to_mark(false).size() == 2);  // the last one is being read

    FollowedFiles after;
    after.begin_again(files_of_mark(mark_of(before.to_mark(true))));
    CHECK(after.is_marked({"a.gz", 10, 5}));
    CHECK_FALSE(after.is_marked({"a", 11, 1}));
    CHECK_FALSE(after.is_marked({"c", 10, 1}));
    for (const FollowedFile& file : {FollowedFile{"new", 5, 1}, {"a.gz", 10, 1}, {"b", 20, 1}})
        after.complete(file);
    CHECK(after.begin() == 1);
    CHECK(after.take().name == "b");
    // Killed now it would know no less than before.
    REQUIRE(after.to_mark(true).size() == 2);
    CHECK(after.to_mark(false) == after.to_mark(true));
    after.complete({"newer", 6, 1});
    CHECK(take_all(after) == "a.gz new newer");
}

TEST_CASE("a mark holds any name, and what is no mark holds none") {
    const std::vector<FollowedFile> files = {
        {"plain", 1, 2}, {" with blanks ", -5, 0}, {"line\nfeed\\n\\", kNoTime, 18'446'744'073'709'551'615U}};
    const std::string mark = mark_of(files);
    CHECK(files_of_mark(mark) == files);
    CHECK(files_of_mark(mark_of({})).empty());
    CHECK(files_of_mark("").empty());
    CHECK(files_of_mark("1 2 plain\n").empty());
    const std::string first_line = mark.substr(0, mark.find('\n') + 1);
    for (const char* line : {"1 2\n", "1 2 \n", "x 2 name\n", "1 -2 name\n", "1 2 ../name\n", "\n"}) {
        INFO(line);
        CHECK(files_of_mark(first_line + line).empty());
    }
}

TEST_CASE("names without what compressing appends") {
    CHECK(name_unpacked("a.pcap.gz") == "a.pcap");
    CHECK(name_unpacked("a.pcap.bz2") == "a.pcap");
    CHECK(name_unpacked("a.pcap") == "a.pcap");
    CHECK(name_unpacked(".gz") == ".gz");
    CHECK(name_unpacked("a.gz.xz") == "a.gz");
}
