#include "report/csv/row_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <numeric>
#include <vector>

#include "report/full_disk.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

struct Record {
    std::uint64_t number = 0;
    std::array<std::uint64_t, 31> rest{};
};
constexpr std::uint64_t kPerBatch = RecordLog::kBatchBytes / sizeof(Record);

std::vector<std::uint64_t> numbers(RowLog<Record>& log) {
    std::vector<std::uint64_t> all;
    REQUIRE(log.for_each([&](const Record& record) {
        CHECK(record.rest.back() == record.number);
        all.push_back(record.number);
    }));
    return all;
}

Record record(std::uint64_t number) {
    Record made;
    made.number = made.rest.back() = number;
    return made;
}

void fill(RowLog<Record>& log, std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t i = from; i < to; ++i) log.append(record(i));
}

std::vector<std::uint64_t> up_to(std::uint64_t count) {
    std::vector<std::uint64_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    return all;
}

}  // namespace

TEST_CASE("rows come back in order, however many, and a row may be replaced") {
    for (const std::uint64_t count :
         {std::uint64_t{0}, std::uint64_t{1}, kPerBatch, kPerBatch + 1, 5 * kPerBatch + 7}) {
        INFO(count);
        const TemporaryFolder folder;
        RowLog<Record> log(folder.path().string());
        fill(log, 0, count);
        CHECK(log.size() == count);
        CHECK(numbers(log) == up_to(count));
        CHECK(numbers(log) == up_to(count));  // again and again
        CHECK(folder.entries() == 0);         // the file has no name
        for (std::uint64_t i = 0; i < count; i += 3) REQUIRE(log.change(i, record(1000000 + i)));
        const std::vector<std::uint64_t> changed = numbers(log);
        for (std::uint64_t i = 0; i < count; ++i) REQUIRE(changed[i] == (i % 3 == 0 ? 1000000 + i : i));
    }
}

TEST_CASE("a cleared log begins again") {
    const TemporaryFolder folder;
    RowLog<Record> log(folder.path().string());
    fill(log, 0, 3 * kPerBatch);
    log.clear();
    CHECK(log.size() == 0);
    fill(log, 0, kPerBatch + 5);
    CHECK(numbers(log) == up_to(kPerBatch + 5));
}

TEST_CASE("while the disk is full rows wait in memory; then they go on") {
    const TemporaryFolder folder;
    RowLog<Record> log(folder.path().string());
    fill(log, 0, 2 * kPerBatch);
    {
        // Part of a batch fits: it is written again later.
        const FullDisk full(RecordLog::kBatchBytes + 1000);
        fill(log, 2 * kPerBatch, 5 * kPerBatch);
        CHECK(log.error() != 0);
        CHECK(numbers(log) == up_to(5 * kPerBatch));
    }
    log.retry();
    CHECK(log.error() == 0);
    fill(log, 5 * kPerBatch, 9 * kPerBatch);
    CHECK(numbers(log) == up_to(9 * kPerBatch));
    CHECK(log.lost() == 0);
}

TEST_CASE("what finds no room in memory either is counted") {
    const TemporaryFolder folder;
    RowLog<Record> log(folder.path().string());
    constexpr std::uint64_t kFit = RecordLog::kMostWaitingBytes / sizeof(Record);
    {
        const FullDisk full(0);
        for (std::uint64_t i = 0; i < kFit; ++i) REQUIRE(log.append(record(i)));
        CHECK_FALSE(log.append(record(kFit)));
        CHECK_FALSE(log.append(record(kFit)));
    }
    CHECK(log.lost() == 2);
    log.retry();
    fill(log, kFit, kFit + 10);
    CHECK(numbers(log) == up_to(kFit + 10));
}

TEST_CASE("below an open folder the log needs no path, and removes what a killed run left") {
    const TemporaryFolder folder;
    write_file(folder.file(".deadpeer-spool"), "left behind");
    const int descriptor = ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    RowLog<Record> log(SpoolFolder("/nowhere", descriptor));
    fill(log, 0, 3 * kPerBatch);
    CHECK(log.error() == 0);
    CHECK(numbers(log) == up_to(3 * kPerBatch));
    CHECK(folder.entries() == 0);
    ::close(descriptor);
}

TEST_CASE("the first rows may go") {
    for (const std::uint64_t count : {std::uint64_t{10}, 3 * kPerBatch + 5}) {
        for (const std::uint64_t gone : {std::uint64_t{0}, std::uint64_t{7}, count - 1, count}) {
            INFO(count << " rows without " << gone);
            const TemporaryFolder folder;
            RowLog<Record> log(folder.path().string());
            fill(log, 0, count);
            log.drop_first(gone);
            fill(log, count, count + 3);
            std::vector<std::uint64_t> rest = up_to(count + 3);
            rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(gone));
            CHECK(numbers(log) == rest);
            CHECK(log.lost() == 0);
        }
    }
}

TEST_CASE("rows that come while others are told are told as well, or are not asked for") {
    const TemporaryFolder folder;
    RowLog<Record> log(folder.path().string());
    fill(log, 0, kPerBatch);
    std::uint64_t told = 0;
    const auto report_and_append = [&](const Record& row) {
        CHECK(row.number == told++);
        if (log.size() < 2 * kPerBatch) log.append(record(log.size()));
    };
    REQUIRE(log.for_each(report_and_append, kPerBatch));
    CHECK(told == kPerBatch);
    told = 0;
    REQUIRE(log.for_each(report_and_append));
    CHECK(told == 2 * kPerBatch);
}
