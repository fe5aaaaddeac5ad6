#include "report/storage/spool.h"

#include <sys/stat.h>

#include <filesystem>
#include <random>
#include <vector>

#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

struct Record {
    std::uint64_t id;
    std::uint64_t answer;
    char filling[48];
};

constexpr std::size_t kThreePages = 3 * PagedStore::kPageBytes;
constexpr std::uint64_t kMany = 20 * PagedStore::kPageBytes / sizeof(Record);

}  // namespace

TEST_CASE("a spool that fits its memory touches no file") {
    Spool<Record> spool("/nonexistent", kThreePages);
    for (std::uint64_t i = 0; i < 1000; ++i) CHECK(spool.append({i, 0, {}}) == i);
    spool.change(7).answer = 70;
    CHECK(spool.size() == 1000);
    CHECK(spool.at(7).answer == 70);
    CHECK(spool.at(999).id == 999);
    CHECK_FALSE(spool.uses_file());
    CHECK(spool.status().ok());
}

TEST_CASE("a spool beyond its memory keeps every record and every change") {
    const TemporaryFolder folder;
    Spool<Record> spool(folder.path().string(), kThreePages);
    std::vector<std::uint64_t> answers(kMany);
    std::mt19937_64 random(1);
    for (std::uint64_t i = 0; i < kMany; ++i) {
        spool.append({i, 0, {}});
        const std::uint64_t earlier = random() % (i + 1);
        spool.change(earlier).answer = answers[earlier] = i;
    }
    CHECK(spool.uses_file());
    CHECK(folder.entries() == 0);  // the file has no name
    std::uint64_t wrong = 0;
    for (std::uint64_t i = 0; i < kMany; ++i) {
        wrong += spool.at(i).id == i && spool.at(i).answer == answers[i] ? 0 : 1;
    }
    CHECK(wrong == 0);
    CHECK(spool.status().ok());
}

TEST_CASE("what is not asked for again gives its space back") {
    const TemporaryFolder folder;
    Spool<Record> spool(folder.path().string(), kThreePages);
    for (std::uint64_t i = 0; i < kMany; ++i) spool.append({i, 0, {}});
    const auto blocks = [] {
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code gone;
            const std::string name = std::filesystem::read_symlink(entry, gone);
            struct stat file = {};
            if (name.find(".deadpeer-spool") != std::string::npos && ::stat(entry.path().c_str(), &file) == 0)
                return file.st_blocks;
        }
        return blkcnt_t{0};
    };
    const blkcnt_t before = blocks();
    REQUIRE(before > 0);
    spool.forget_below(kMany / 2);
    CHECK(blocks() < before * 3 / 4);
    std::uint64_t wrong = 0;
    for (std::uint64_t i = kMany / 2; i < kMany; ++i) wrong += spool.at(i).id == i ? 0 : 1;
    CHECK(wrong == 0);
    CHECK(spool.status().ok());
}

TEST_CASE("records never written read as zero, wherever they are") {
    const TemporaryFolder folder;
    Spool<Record> spool(folder.path().string(), PagedStore::kPageBytes);
    spool.change(kMany).id = 1;
    spool.change(kMany / 2).id = 2;
    CHECK(spool.size() == kMany + 1);
    CHECK(spool.at(0).id == 0);
    CHECK(spool.at(kMany).id == 1);
    CHECK(spool.at(kMany / 2).id == 2);
    CHECK(spool.at(kMany / 2 + 1).id == 0);
    CHECK(spool.at(kMany / 4).id == 0);
    CHECK(spool.status().ok());
}

TEST_CASE("a spool that cannot have its file says so") {
    Spool<Record> spool("/nonexistent", PagedStore::kPageBytes);
    for (std::uint64_t i = 0; i < kMany; ++i) spool.append({i, 0, {}});
    CHECK(spool.failed());
    REQUIRE_FALSE(spool.status().ok());
    CHECK(spool.status().error().message.find("/nonexistent: No such file or directory") !=
          std::string::npos);
}
