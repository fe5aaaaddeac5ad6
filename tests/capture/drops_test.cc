// Totals of counters that wrap or start again, and the files that an interface's counters are read from.
#include "capture/live/counter_total.h"
#include "capture/live/interface_drops.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

namespace deadpeer::capture {
namespace {

constexpr std::uint64_t k32Bits = std::uint64_t{1} << 32;

TEST_CASE("a total goes on when its counter wraps at 32 bits") {
    CounterTotal total(k32Bits - 10);
    CHECK(total.advance(k32Bits - 1) == 9);
    CHECK(total.advance(0) == 1);
    CHECK(total.advance(5) == 5);
    CHECK(total.total() == 15);
    // Often, until the total itself is longer than 32 bits.
    std::uint64_t expected = 15;
    std::uint32_t counter = 5;
    for (int i = 0; i < 10; ++i) {
        counter += 0x7000'0000;
        expected += 0x7000'0000;
        total.advance(counter);
    }
    CHECK(total.total() == expected);
    CHECK(total.total() > k32Bits);
}

TEST_CASE("a total goes on when its counter starts again") {
    CounterTotal narrow(1'000);
    CHECK(narrow.advance(3) == 3);
    CounterTotal wide(k32Bits + 7);
    CHECK(wide.advance(k32Bits + 9) == 2);
    CHECK(wide.advance(4) == 4);
    CHECK(wide.total() == 6);
}

TEST_CASE("what was counted before the start does not count") {
    CounterTotal total(1'000);
    CHECK(total.total() == 0);
    CHECK(total.advance(1'000) == 0);
    CHECK(total.advance(1'001) == 1);
}

// /sys/class/net/NAME of an interface with index 7.
struct InterfaceFolder {
    InterfaceFolder() {
        std::filesystem::create_directory(folder.path() / "statistics");
        write_file(folder.file("ifindex"), "7\n");
        count("10\n", "4294967290\n");
    }
    void count(const std::string& missed, const std::string& fifo) const {
        write_file(folder.file("statistics/rx_missed_errors"), missed);
        write_file(folder.file("statistics/rx_fifo_errors"), fifo);
    }
    TemporaryFolder folder;
};

TEST_CASE("an interface's drops are those since the capture began") {
    const InterfaceFolder files;
    InterfaceDrops drops(files.folder.path(), 7);
    CHECK(drops.take() == 0);
    files.count("12\n", "4294967290\n");
    CHECK(drops.take() == 2);
    files.count("12\n", "4\n");
    CHECK(drops.take() == 10);
    CHECK(drops.take() == 0);
    files.count("\n", "nonsense\n");
    CHECK(drops.take() == 0);
}

TEST_CASE("another namespace's interface of the same name is left alone") {
    const InterfaceFolder files;
    InterfaceDrops drops(files.folder.path(), 8);
    files.count("99\n", "99\n");
    CHECK(drops.take() == 0);
    InterfaceDrops missing(files.folder.file("missing"), 7);
    CHECK(missing.take() == 0);
}

}  // namespace
}  // namespace deadpeer::capture
