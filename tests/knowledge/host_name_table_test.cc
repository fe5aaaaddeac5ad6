// Host names from /etc/hosts and from captures, and whose counts.
#include "knowledge/host_name_table.h"

#include <filesystem>

#include "core/parse_address.h"
#include "knowledge/inventory.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

IpAddress address(const std::string& text) {
    const auto parsed = parse_address(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

std::string name_of(const HostNameTable& names, const std::string& host) {
    const std::string* name = names.find(address(host));
    return name == nullptr ? "nobody" : *name;
}

}  // namespace

TEST_CASE("host names: of a line the canonical name counts, and of several lines the first") {
    const TemporaryFolder folder;
    write_file(folder.file("hosts"),
               "# 10.0.0.9 commented\n"
               "\n"
               "127.0.0.1\tlocalhost\n"
               "  10.0.0.1  db-1.example db-1 # the database\n"
               "10.0.0.1 other\n"
               "2001:DB8::1 six\n"
               "fe80::1%eth0 link\n"
               "10.0.0.2\n"
               "10.0.0.3 #name\n"
               "300.1.1.1 nonsense\n"
               "10.0.0.4 last");
    HostNameTable names;
    REQUIRE(names.load_hosts(folder.file("hosts")).ok());
    CHECK(name_of(names, "10.0.0.1") == "db-1.example");
    CHECK(name_of(names, "127.0.0.1") == "localhost");
    CHECK(name_of(names, "2001:db8::1") == "six");
    CHECK(name_of(names, "10.0.0.2") == "nobody");
    CHECK(name_of(names, "10.0.0.3") == "nobody");
    CHECK(name_of(names, "10.0.0.4") == "last");
    CHECK(name_of(names, "10.0.0.9") == "nobody");
}

TEST_CASE("host names: a file that is not there knows nobody, a folder is called one") {
    const TemporaryFolder folder;
    HostNameTable names;
    CHECK(names.load_hosts(folder.file("hosts")).ok());
    const Status of_folder = names.load_hosts(folder.path().string());
    REQUIRE_FALSE(of_folder.ok());
    CHECK(of_folder.error().message ==
          folder.path().string() + " is a folder; --names reads host names there");
}

TEST_CASE("host names: what a capture says first counts more than the file, in every network") {
    const TemporaryFolder folder;
    write_file(folder.file("hosts"), "10.0.0.1 of-file\n10.0.0.2 of-file\n");
    HostNameTable names;
    REQUIRE(names.load_hosts(folder.file("hosts")).ok());
    names.add(address("10.0.0.1"), "of-capture");
    names.add(address("10.0.0.1"), "later");
    names.add(address("10.0.0.2"), "");
    CHECK(name_of(names, "10.0.0.1") == "of-capture");
    CHECK(name_of(names, "10.0.0.2") == "of-file");
    IpAddress in_a_vlan = address("10.0.0.1");
    in_a_vlan.set_scope(scope_of(ScopeKind::kVlan, 7));
    REQUIRE(names.find(in_a_vlan) != nullptr);
    CHECK(*names.find(in_a_vlan) == "of-capture");
}

TEST_CASE("host names: names and their number are bounded") {
    HostNameTable names;
    names.add(address("10.0.0.1"), std::string(1000, 'x'));
    CHECK(name_of(names, "10.0.0.1") == std::string(HostNameTable::kLongest, 'x'));
    for (std::size_t i = 0; i < HostNameTable::kMost; ++i)
        names.add(address("10.1." + std::to_string(i / 256) + "." + std::to_string(i % 256)), "y");
    CHECK(name_of(names, "10.1.255.254") == "y");
    CHECK(name_of(names, "10.1.255.255") == "nobody");
}

TEST_CASE("host names: the inventory's count more, where it has one") {
    const TemporaryFolder folder;
    write_file(folder.file("hosts.csv"), "address,name\n10.0.0.0/24,office\n10.0.1.0/24,\n");
    auto inventory = Inventory::load(folder.file("hosts.csv"));
    REQUIRE(inventory.ok());
    HostNameTable names;
    inventory.value().take_names_from(names);
    for (const char* host : {"10.0.0.1", "10.0.1.1", "10.0.2.1"}) names.add(address(host), "captured");
    const auto name_in_inventory = [&](const char* host) {
        const std::string* name = inventory.value().name_of(address(host));
        return name == nullptr ? std::string("nobody") : *name;
    };
    CHECK(name_in_inventory("10.0.0.1") == "office");
    CHECK(name_in_inventory("10.0.1.1") == "captured");
    CHECK(name_in_inventory("10.0.2.1") == "captured");
    CHECK(name_in_inventory("10.0.3.1") == "nobody");
}
