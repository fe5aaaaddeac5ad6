// A folder whose files come, go and change while they are taken.
#include "cli/follow/followed_folder.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "cli/sample_capture.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::cli;
namespace fs = std::filesystem;

namespace {

struct Followed {
    explicit Followed(const std::string& mark = "") {
        REQUIRE(folder.open().ok());
        CHECK(folder.begin(mark) == 0);
    }
    // A capture that begins at that second.
    void write(const std::string& name, std::uint32_t second, std::size_t cut = 0) {
        std::vector<SampleSegment> story = sample_story();
        for (SampleSegment& segment : story) segment.second += second;
        const std::string bytes = pcap_of(story);
        write_file(place.file(name), bytes.substr(0, bytes.size() - cut));
    }
    std::string taken() {
        folder.hear();
        std::string names;
        while (!folder.files().empty()) names += folder.files().take().name + ' ';
        return names;
    }

    TemporaryFolder place;
    std::vector<std::string> missing;
    FollowedFolder folder{place.path(), {}, [this](const std::string& what) { missing.push_back(what); }};
};

}  // namespace

TEST_CASE("captures are taken as they are completed, and nothing else is") {
    Followed followed;
    followed.write("b", 20);
    followed.write("a", 30);
    write_file(followed.place.file("notes.txt"), "no capture");
    write_file(followed.place.file("empty"), "");
    fs::create_directory(followed.place.file("below"));
    CHECK(followed.taken() == "b a ");
    REQUIRE(::mkfifo(followed.place.file("fifo").c_str(), 0600) == 0);
    { const std::fstream both(followed.place.file("fifo")); }
    CHECK(followed.taken().empty());
    CHECK(followed.missing.empty());
}

TEST_CASE("a file that is compressed while it waits is taken compressed, one that is removed is missing") {
    Followed followed;
    followed.write("a.pcap", 20);
    followed.write("b.pcap", 30);
    followed.folder.hear();
    followed.write("a.pcap.gz", 20);
    followed.folder.hear();
    fs::remove(followed.place.file("a.pcap"));
    fs::remove(followed.place.file("b.pcap"));
    followed.folder.is_missing(followed.folder.files().take());
    CHECK(followed.folder.files().take().name == "a.pcap.gz");
    CHECK(followed.missing.empty());
    followed.folder.is_missing(followed.folder.files().take());
    REQUIRE(followed.missing.size() == 1);
    CHECK(followed.missing[0] ==
          followed.place.file("b.pcap") + " was removed before it was read: what it held is missing");
    CHECK(followed.taken().empty());
}

TEST_CASE("what changes before it is read, or after, is told") {
    Followed followed;
    followed.write("a", 20, 7);
    CHECK(followed.taken() == "a ");
    followed.write("a", 20);
    CHECK(followed.taken().empty());
    REQUIRE(followed.missing.size() == 1);
    CHECK(followed.missing[0] ==
          followed.place.file("a") +
              " has grown since it was read; the rest of it is missing, unless this run is "
              "started again");
    followed.write("b", 30);
    followed.folder.hear();
    followed.write("b", 40);
    CHECK(followed.taken() == "b ");
    REQUIRE(followed.missing.size() == 2);
    CHECK(followed.missing[1] ==
          followed.place.file("b") + " was written anew before it was read: what it held is missing");
}

TEST_CASE("at the start what is there is taken, but for what somebody writes to") {
    TemporaryFolder place;
    const std::string bytes = pcap_of(sample_story());
    write_file(place.file("done"), bytes);
    FollowedFolder folder(place.path(), {}, [](const std::string&) {});
    {
        std::ofstream writer(place.file("open"), std::ios::binary);
        writer << bytes.substr(0, 100) << std::flush;
        REQUIRE(folder.open().ok());
        CHECK(folder.begin("") == 0);
        CHECK(folder.files().take().name == "done");
        CHECK(folder.files().empty());
        writer << bytes.substr(100);
    }
    folder.hear();
    REQUIRE_FALSE(folder.files().empty());
    CHECK(folder.files().take().bytes == bytes.size());
    CHECK(folder.files().empty());
}
