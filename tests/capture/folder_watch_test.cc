// Which files of a folder are complete, as the kernel tells.
#include "capture/file/folder_watch.h"

#include <filesystem>
#include <fstream>

#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

namespace fs = std::filesystem;
using capture::FolderWatch;
using Names = std::vector<std::string>;

struct Folder {
    TemporaryFile beside{""};
    std::string path = beside.folder() + "/watched";
    bool made = fs::create_directory(path);
    FolderWatch watch = FolderWatch::open(path).value();

    void write(const std::string& name) const { std::ofstream(path + "/" + name) << "something"; }
};

TEST_CASE("a file is complete when who wrote it closes it") {
    Folder folder;
    CHECK(folder.watch.take_completed().empty());
    {
        std::ofstream file(folder.path + "/a");
        file << "some" << std::flush;
        CHECK(folder.watch.take_completed().empty());
        CHECK(folder.watch.list() == Names{"a"});
    }
    CHECK(folder.watch.take_completed() == Names{"a"});
    CHECK(folder.watch.take_completed().empty());
}

TEST_CASE("a file that is moved there is complete; who reads one, or removes it, completes nothing") {
    Folder folder;
    fs::rename(folder.beside.path(), folder.path + "/moved");
    CHECK(folder.watch.take_completed() == Names{"moved"});
    std::string word;
    std::ifstream(folder.path + "/moved") >> word;
    fs::remove(folder.path + "/moved");
    CHECK(folder.watch.take_completed().empty());
}

TEST_CASE("hidden files and folders are left out") {
    Folder folder;
    folder.write(".half");
    fs::create_directory(folder.path + "/below");
    std::ofstream(folder.path + "/below/a") << "something";
    fs::create_directory(folder.beside.folder() + "/other");
    fs::rename(folder.beside.folder() + "/other", folder.path + "/other");
    CHECK(folder.watch.take_completed().empty());
    CHECK(folder.watch.list().empty());
    fs::rename(folder.path + "/.half", folder.path + "/whole");
    CHECK(folder.watch.take_completed() == Names{"whole"});
}

TEST_CASE("more news than the kernel keeps: all that are there") {
    std::size_t most = 0;
    std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> most;
    if (most == 0 || most > 100'000) return;
    Folder folder;
    folder.write("first");
    // Equal ones in a row would be one.
    for (std::size_t i = 0; i < most / 2 + 1; ++i) {
        folder.write("a");
        folder.write("b");
    }
    Names names = folder.watch.take_completed();
    std::sort(names.begin(), names.end());
    CHECK(names == Names{"a", "b", "first"});
}

TEST_CASE("a folder that goes is gone, and what is no folder cannot be followed") {
    Folder folder;
    CHECK_FALSE(folder.watch.is_gone());
    fs::remove(folder.path);
    folder.watch.take_completed();
    CHECK(folder.watch.is_gone());
    const auto again = FolderWatch::open(folder.path);
    REQUIRE_FALSE(again.ok());
    CHECK(again.error().message == "cannot follow " + folder.path + ": No such file or directory");
    CHECK_FALSE(FolderWatch::open(folder.beside.path()).ok());
}

}  // namespace
}  // namespace deadpeer::test
