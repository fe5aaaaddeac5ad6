#include "report/host_table.h"

#include "support/catch.h"

using namespace deadpeer;

namespace {

HostRow connection_of(std::uint32_t host, bool open = false) {
    HostRow row;
    row.address.bytes = {10, static_cast<std::uint8_t>(host >> 16U), static_cast<std::uint8_t>(host >> 8U),
                         static_cast<std::uint8_t>(host)};
    row.connections = 1;
    row.open_at_end = open ? 1 : 0;
    return row;
}

}  // namespace

TEST_CASE("hosts are added up and sorted by address") {
    HostTable table;
    constexpr std::uint32_t kHosts = 1000;
    constexpr std::uint32_t kNotes = 100 * kHosts;  // several merges
    for (std::uint32_t i = 0; i < kNotes; ++i) table.add(connection_of(i * 7919 % kHosts, i % 2 == 0));
    REQUIRE(table.rows().size() == kHosts);
    std::uint64_t open = 0;
    for (std::uint32_t host = 0; host < kHosts; ++host) {
        CHECK(table.rows()[host].address == connection_of(host).address);
        CHECK(table.rows()[host].connections == 100);
        open += table.rows()[host].open_at_end;
    }
    CHECK(open == kNotes / 2);
    CHECK(table.left_out() == 0);
}

TEST_CASE("beyond its limit the table counts what it leaves out, and known hosts go on") {
    HostTable table(10);
    for (std::uint32_t host = 0; host < 10; ++host) table.add(connection_of(host));
    CHECK(table.rows().size() == 10);
    for (std::uint32_t host = 5; host < 15; ++host) table.add(connection_of(host));
    CHECK(table.rows().size() == 10);
    CHECK(table.rows()[4].connections == 1);
    CHECK(table.rows()[5].connections == 2);
    CHECK(table.left_out() == 5);
}
