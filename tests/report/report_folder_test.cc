#include "report/storage/report_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<ReportFolder> locked(const std::string& path) {
    auto folder = ReportFolder::open(path);
    REQUIRE(folder.ok());
    std::unique_ptr<ReportFolder> opened = std::move(folder).value();
    REQUIRE(opened->lock());
    return opened;
}

void put(int descriptor, const std::string& text) {
    REQUIRE(::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

}  // namespace

TEST_CASE("a report appears only when it is published, with mode 0640") {
    const TemporaryFolder folder;
    ::umask(0);
    const auto reports = locked(folder.path().string());
    const auto descriptor = reports->create("flows.csv");
    REQUIRE(descriptor.ok());
    put(descriptor.value(), "new");
    CHECK_FALSE(fs::exists(folder.file("flows.csv")));
    REQUIRE(reports->publish().ok());
    CHECK(content_of(folder.file("flows.csv")) == "new");
    CHECK(fs::status(folder.file("flows.csv")).permissions() == fs::perms{0640});
    CHECK(folder.entries() == 1);
}

TEST_CASE("without publishing the old report stays and nothing is left behind") {
    const TemporaryFolder folder;
    write_file(folder.file("flows.csv"), "old");
    {
        const auto reports = locked(folder.path().string());
        put(reports->create("flows.csv").value(), "half a re");
    }
    CHECK(content_of(folder.file("flows.csv")) == "old");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a link in place of the report or the temporary file is replaced, never followed") {
    const TemporaryFolder folder;
    const TemporaryFolder elsewhere;
    write_file(elsewhere.file("victim"), "precious");
    fs::create_symlink(elsewhere.file("victim"), folder.file("flows.csv"));
    fs::create_symlink(elsewhere.file("victim"), folder.file(".flows.csv.tmp"));
    const auto reports = locked(folder.path().string());
    put(reports->create("flows.csv").value(), "new");
    REQUIRE(reports->publish().ok());
    CHECK(content_of(elsewhere.file("victim")) == "precious");
    CHECK(fs::is_regular_file(fs::symlink_status(folder.file("flows.csv"))));
    CHECK(content_of(folder.file("flows.csv")) == "new");
}

TEST_CASE("a FIFO in place of the report is replaced without waiting for a reader") {
    const TemporaryFolder folder;
    REQUIRE(::mkfifo(folder.file("flows.csv").c_str(), 0600) == 0);
    const auto reports = locked(folder.path().string());
    put(reports->create("flows.csv").value(), "new");
    REQUIRE(reports->publish().ok());
    CHECK(content_of(folder.file("flows.csv")) == "new");
}

TEST_CASE("a folder in place of the report is an error that names it") {
    const TemporaryFolder folder;
    fs::create_directory(folder.file("flows.csv"));
    const auto reports = locked(folder.path().string());
    put(reports->create("flows.csv").value(), "new");
    const Status published = reports->publish();
    REQUIRE_FALSE(published.ok());
    CHECK(published.error().message.find(folder.file("flows.csv") + ": Is a directory") != std::string::npos);
}

TEST_CASE("a missing folder is created, a missing parent is not") {
    const TemporaryFolder folder;
    const auto report = ReportFolder::open(folder.file("report/"));
    REQUIRE(report.ok());
    CHECK(report.value()->made());
    CHECK(fs::is_directory(folder.file("report")));
    const auto deep = ReportFolder::open(folder.file("a/b"));
    REQUIRE_FALSE(deep.ok());
    CHECK(deep.error().message.find(folder.file("a/b") + ": No such file or directory") != std::string::npos);
}

TEST_CASE("a folder that was made and stays empty is removed again; others stay") {
    const TemporaryFolder folder;
    CHECK(ReportFolder::open(folder.file("in_vain")).ok());
    CHECK_FALSE(fs::exists(folder.file("in_vain")));

    CHECK(locked(folder.file("used"))->create("flows.csv").ok());
    CHECK_FALSE(fs::exists(folder.file("used")));
    {
        const auto reports = locked(folder.file("used"));
        put(reports->create("flows.csv").value(), "row");
        CHECK(reports->publish().ok());
    }
    CHECK(content_of(folder.file("used/flows.csv")) == "row");

    fs::create_directory(folder.file("found"));
    CHECK_FALSE(ReportFolder::open(folder.file("found")).value()->made());
    CHECK(fs::is_directory(folder.file("found")));
}

TEST_CASE("a file or an unwritable place is refused with the reason") {
    const TemporaryFolder folder;
    write_file(folder.file("file"), "");
    const auto file = ReportFolder::open(folder.file("file"));
    REQUIRE_FALSE(file.ok());
    CHECK(file.error().message.find("Not a directory") != std::string::npos);

    const auto removed = locked(folder.file("removed"));
    CHECK(removed->is_there());
    fs::remove(folder.file("removed"));
    CHECK_FALSE(removed->is_there());

    // /proc takes no new files, not even from root.
    const auto reports = locked("/proc");
    const auto descriptor = reports->create("flows.csv");
    REQUIRE_FALSE(descriptor.ok());
    CHECK(descriptor.error().message.find("/proc/.flows.csv.tmp: ") != std::string::npos);
    CHECK(descriptor.error().message.find(". Choose another folder; ") != std::string::npos);
    CHECK(ReportFolder::open("/proc/x").error().message.ends_with(". Choose another folder."));
    CHECK(
        ReportFolder::open(folder.file("no/such")).error().message.ends_with(". Create its parent folder."));
}

TEST_CASE("what a killed run left is removed, and nothing else") {
    const TemporaryFolder folder;
    for (const char* name : {".flows.csv.tmp", ".segments.csv.tmp", ".mine.csv.tmp"})
        write_file(folder.file(name), "");
    const auto first = locked(folder.path().string());
    CHECK(folder.entries() == 1);
    write_file(folder.file(".flows.csv.tmp"), "");
    CHECK_FALSE(ReportFolder::open(folder.path().string()).value()->lock());
    CHECK(folder.entries() == 2);
}

TEST_CASE("two runs do not write to one folder") {
    const TemporaryFolder folder;
    const auto first = locked(folder.path().string());
    CHECK_FALSE(ReportFolder::open(folder.path().string()).value()->lock());
}

TEST_CASE("a stale report is removed, a missing one is no error") {
    const TemporaryFolder folder;
    write_file(folder.file("segments.csv"), "old");
    const auto reports = locked(folder.path().string());
    CHECK(reports->remove_stale("segments.csv").ok());
    CHECK(reports->remove_stale("segments.csv").ok());
    CHECK(folder.entries() == 0);
}
