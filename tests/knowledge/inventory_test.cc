// The inventory finds the longest prefix, and says which row it cannot read and why.
#include "knowledge/inventory.h"

#include "core/parse_address.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

IpAddress address(const std::string& text) {
    const auto parsed = parse_address(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

Result<Inventory> load(const std::string& text) {
    const TemporaryFolder folder;
    write_file(folder.file("hosts.csv"), text);
    Result<Inventory> inventory = Inventory::load(folder.file("hosts.csv"));
    if (inventory) return inventory;
    // Without the folder's name, which changes.
    std::string message = inventory.error().message;
    const std::size_t at = message.find(folder.path().string() + "/");
    REQUIRE(at != std::string::npos);
    return Error{message.erase(at, folder.path().string().size() + 1)};
}

std::string error_of(const std::string& text) {
    const auto inventory = load(text);
    return inventory ? "" : inventory.error().message;
}

std::string name_of(const Inventory& inventory, const std::string& host) {
    const InventoryEntry* entry = inventory.find(address(host));
    return entry == nullptr ? "nobody" : entry->name;
}

}  // namespace

TEST_CASE("the longest prefix that holds an address counts") {
    const auto loaded = load(
        "address,name,idle,interval,count\n"
        "10.0.0.0/8,ten,7200,75,9\n"
        "10.1.0.0/16,lab,,,\n"
        "10.1.0.2,db-1,300,10,3\n"
        "10.1.0.128/25,upper half,,,\n"
        "2001:db8::/32,six,,,\n"
        "2001:db8::1,six-1,,,\n"
        "::/0,other six,,,\n");
    REQUIRE(loaded.ok());
    const Inventory& inventory = loaded.value();
    CHECK(name_of(inventory, "10.1.0.2") == "db-1");
    CHECK(name_of(inventory, "10.1.0.3") == "lab");
    CHECK(name_of(inventory, "10.1.0.127") == "lab");
    CHECK(name_of(inventory, "10.1.0.128") == "upper half");
    CHECK(name_of(inventory, "10.2.0.0") == "ten");
    CHECK(name_of(inventory, "10.255.255.255") == "ten");
    CHECK(name_of(inventory, "11.0.0.0") == "nobody");
    CHECK(name_of(inventory, "9.255.255.255") == "nobody");
    CHECK(name_of(inventory, "2001:db8::1") == "six-1");
    CHECK(name_of(inventory, "2001:db8:ffff::") == "six");
    CHECK(name_of(inventory, "2001:db9::") == "other six");
}

TEST_CASE("0.0.0.0/0 holds every IPv4 address and no other") {
    const auto loaded = load("address,name\n0.0.0.0/0,all\n");
    REQUIRE(loaded.ok());
    CHECK(name_of(loaded.value(), "255.255.255.255") == "all");
    CHECK(name_of(loaded.value(), "::") == "nobody");
}

TEST_CASE("expectations are decimal seconds; empty cells expect nothing") {
    const auto loaded = load(
        "# ours\n"
        "count,interval,idle,name,address\n"
        "\n"
        "3,0.5,2.25,\"a, b\",10.0.0.1\n"
        ",,,,10.0.0.2\n");
    REQUIRE(loaded.ok());
    const InventoryEntry* first = loaded.value().find(address("10.0.0.1"));
    REQUIRE(first != nullptr);
    CHECK(first->name == "a, b");
    CHECK(first->idle == 2'250'000'000);
    CHECK(first->interval == 500'000'000);
    CHECK(first->count == 3);
    CHECK(first->expects_something());
    const InventoryEntry* second = loaded.value().find(address("10.0.0.2"));
    REQUIRE(second != nullptr);
    CHECK(second->idle == kNoTime);
    CHECK(second->interval == kNoTime);
    CHECK(second->count == 0);
    CHECK_FALSE(second->expects_something());
}

TEST_CASE("a byte order mark, CR LF and blanks around cells are taken as they come") {
    const auto loaded = load(
        "\xef\xbb\xbf"
        "address, name\r\n 10.0.0.1 , db \r\n");
    REQUIRE(loaded.ok());
    CHECK(name_of(loaded.value(), "10.0.0.1") == "db");
}

TEST_CASE("a bad row is named by file and line, and what is wrong with it") {
    const std::string header = "address,name,idle,interval,count\n";
    struct Case {
        const char* row;
        const char* message;
    };
    const Case cases[] = {
        {"10.0.0,x,,,", "address must be an IPv4 or IPv6 address or prefix, not \"10.0.0\"."},
        {",x,,,", "address must be an IPv4 or IPv6 address or prefix, not \"\"."},
        {"db.example,x,,,", "address must be an IPv4 or IPv6 address or prefix, not \"db.example\"."},
        {"10.0.0.0/33,x,,,", "the prefix length of \"10.0.0.0/33\" must be a number from 0 to 32."},
        {"10.0.0.0/,x,,,", "the prefix length of \"10.0.0.0/\" must be a number from 0 to 32."},
        {"10.0.0.0/-1,x,,,", "the prefix length of \"10.0.0.0/-1\" must be a number from 0 to 32."},
        {"::/129,x,,,", "the prefix length of \"::/129\" must be a number from 0 to 128."},
        {"10.1.2.3/8,x,,,", "address \"10.1.2.3/8\" has bits beyond its prefix; write 10.0.0.0/8."},
        {"2001:db8::1/64,x,,,",
         "address \"2001:db8::1/64\" has bits beyond its prefix; write 2001:db8::/64."},
        {"10.0.0.1,x,-1,,", "idle must be a number of seconds from 0.001 to 1000000000, not \"-1\"."},
        {"10.0.0.1,x,nan,,", "idle must be a number of seconds from 0.001 to 1000000000, not \"nan\"."},
        {"10.0.0.1,x,,5 s,", "interval must be a number of seconds from 0.001 to 1000000000, not \"5 s\"."},
        {"10.0.0.1,x,,,0", "count must be a number from 1 to 1000000, not \"0\"."},
        {"10.0.0.1,x,,,2.5", "count must be a number from 1 to 1000000, not \"2.5\"."},
    };
    for (const Case& c : cases) {
        INFO(c.row);
        CHECK(error_of(header + "192.0.2.1,good,,,\n" + c.row + "\n") ==
              std::string("hosts.csv, line 3: ") + c.message);
    }
}

TEST_CASE("the same prefix twice is refused, with both lines") {
    CHECK(error_of("address,name\n10.0.0.0/8,a\n10.0.0.0/9,b\n\n10.0.0.0/8,c\n") ==
          "hosts.csv, line 5: 10.0.0.0/8 is already on line 2.");
    CHECK(error_of("address,name\n10.0.0.1,a\n10.0.0.1/32,b\n") ==
          "hosts.csv, line 3: 10.0.0.1/32 is already on line 2.");
}

TEST_CASE("a header that is not one, rows of another length and missing files are told") {
    CHECK(error_of("name,idle\ndb,5\n") ==
          "hosts.csv, line 1: there is no column address; the columns are address, name, idle, interval, "
          "count.");
    CHECK(error_of("address,site\n") ==
          "hosts.csv, line 1: there is a column \"site\"; the first line names the columns, which are "
          "address, name, idle, interval, count.");
    CHECK(error_of("address,nmae\n10.0.0.1,db\n").find("nmae") != std::string::npos);
    CHECK(error_of("address,name\n10.0.0.1\n").find("line 2") != std::string::npos);
    CHECK(error_of("address,name\n10.0.0.1,a,b\n").find("line 2") != std::string::npos);
    CHECK_FALSE(error_of("").empty());
    const auto missing = Inventory::load("no/such/file.csv");
    REQUIRE_FALSE(missing.ok());
    CHECK(
        missing.error().message ==
        "Cannot open no/such/file.csv: No such file or directory. Name a CSV file with the column address.");
}
