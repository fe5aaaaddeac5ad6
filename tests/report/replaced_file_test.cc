// A file that is replaced is the whole new one, or the old one.
#include "report/storage/replaced_file.h"

#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;

TEST_CASE("written piece by piece it appears whole, and not before its end") {
    const TemporaryFolder folder;
    write_file(folder.file("list"), "old");
    Result<ReplacedFile> file = ReplacedFile::open(folder.file("list"), {.what = "a list"});
    REQUIRE(file);
    const Status written = file.value().write([&](Output& output) {
        output.append("one\n");
        output.flush();
        CHECK(content_of(folder.file("list")) == "old");
        output.append("two\n");
        return success();
    });
    CHECK(written);
    CHECK(content_of(folder.file("list")) == "one\ntwo\n");
    CHECK(folder.entries() == 1);
}

TEST_CASE("if who writes it fails, the old one stays, and its reason is handed on") {
    const TemporaryFolder folder;
    write_file(folder.file("list"), "old");
    Result<ReplacedFile> file = ReplacedFile::open(folder.file("list"), {.what = "a list"});
    REQUIRE(file);
    const Status written = file.value().write([](Output& output) -> Status {
        output.append("half");
        return Error{"The source went away."};
    });
    REQUIRE_FALSE(written);
    CHECK(written.error().message == "The source went away.");
    CHECK(content_of(folder.file("list")) == "old");
    CHECK(folder.entries() == 1);
}
