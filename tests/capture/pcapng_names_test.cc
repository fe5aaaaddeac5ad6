// Names of hosts in pcapng files: whole records count, in both byte orders, and nothing else is harmed.
#include <string>
#include <vector>

#include "capture/capture_bytes.h"
#include "capture/reading.h"
#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::test;

namespace {

std::string record(std::uint16_t type, const std::string& value, Order order = Order::kLittle) {
    return Bytes(order).u16(type).u16(static_cast<std::uint32_t>(value.size())).add(value).pad_to_4().text();
}

const std::string kIpv4 = {10, 0, 0, 1};
const std::string kIpv6 = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + '\x01';

std::string with_nul(const std::string& name) {
    return name + '\0';
}

// "10.0.0.1 db-1", as they are told.
std::vector<std::string> names_in(const std::string& body, Order order = Order::kLittle) {
    std::vector<std::string> names;
    OpenOptions options;
    options.on_name = [&](const IpAddress& address, std::string_view name) {
        names.push_back(to_string(address) + " " + std::string(name));
    };
    const std::string one_packet = packet(0, 1, tcp_frame(60), {}, order);
    const Reading reading = read_as_file(
        section(order) + interface(1, 0, {}, order) + block(4, body, order) + one_packet, options);
    CHECK(reading.frames.size() == 1);
    CHECK(reading.status == ReadStatus::kEnd);
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("names: the first of each record, in both byte orders") {
    for (const Order order : {Order::kLittle, Order::kBig}) {
        const std::string body = record(1, kIpv4 + with_nul("db-1") + with_nul("alias"), order) +
                                 record(2, kIpv6 + with_nul("six"), order) + record(0, "", order);
        CHECK(names_in(body, order) == Names{"10.0.0.1 db-1", "2001:db8::1 six"});
    }
}

TEST_CASE("names: records of other kinds, without a name, or without its end") {
    CHECK(names_in(record(3, std::string(6, 'm') + with_nul("mac")) + record(1, kIpv4 + "open")) ==
          Names{"10.0.0.1 open"});
    CHECK(names_in(record(1, kIpv4) + record(1, kIpv4 + with_nul("")) + record(1, "abc")) == Names{});
    CHECK(names_in(record(2, kIpv4 + with_nul("short"))) == Names{});
}

TEST_CASE("names: nothing counts behind the end, or behind a record that overruns the block") {
    CHECK(names_in(record(0, "") + record(1, kIpv4 + with_nul("late"))) == Names{});
    const std::string overrun = Bytes().u16(1).u16(60'000).add(kIpv4).text();
    CHECK(names_in(overrun + record(1, kIpv4 + with_nul("late"))) == Names{});
    CHECK(names_in("") == Names{});
    CHECK(names_in(record(1, kIpv4 + with_nul("x")) + std::string(4, '\xff')) == Names{"10.0.0.1 x"});
}

TEST_CASE("names: a block beyond 1 MiB is skipped, and what follows is read") {
    std::string body;
    while (body.size() <= std::size_t{1} << 20) body += record(1, kIpv4 + with_nul(std::string(200, 'n')));
    std::size_t names = 0;
    OpenOptions options;
    options.on_name = [&](const IpAddress&, std::string_view) { ++names; };
    const Reading reading =
        read_as_stream(section() + interface() + block(4, body) + packet(0, 1, tcp_frame(60)), options);
    CHECK(reading.frames.size() == 1);
    CHECK(reading.stats.blocks_skipped == 1);
    CHECK(names == 0);
}
