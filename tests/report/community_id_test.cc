#include "report/columns/community_id.h"

#include <arpa/inet.h>

#include <cstring>

#include "support/catch.h"
#include "support/flow_key.h"

using namespace deadpeer;

namespace {

FlowKey key_of(const char* source, std::uint16_t source_port, const char* destination,
               std::uint16_t destination_port) {
    const bool is_v6 = std::strchr(source, ':') != nullptr;
    std::array<std::uint64_t, 2> from{};
    std::array<std::uint64_t, 2> to{};
    REQUIRE(::inet_pton(is_v6 ? AF_INET6 : AF_INET, source, from.data()) == 1);
    REQUIRE(::inet_pton(is_v6 ? AF_INET6 : AF_INET, destination, to.data()) == 1);
    return make_flow_key(from, source_port, to, destination_port, is_v6).first;
}

struct Vector {
    std::uint16_t seed;
    const char* source;
    std::uint16_t source_port;
    const char* destination;
    std::uint16_t destination_port;
    const char* expected;
};

}  // namespace

TEST_CASE("published Community ID vectors") {
    const Vector vectors[] = {
        {0, "128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
        {1, "128.232.110.120", 34855, "66.35.250.204", 80, "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
        {0, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943, "2607:f8b0:400c:c03::1a", 25,
         "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
        {0, "1.2.3.4", 4584, "43.3.132.3", 3483, "1:koNcqhFRD5kb254ZrLsdv630jCM="},
    };
    for (const Vector& v : vectors) {
        CommunityId id(v.seed);
        CHECK(id.of(key_of(v.source, v.source_port, v.destination, v.destination_port)) == v.expected);
        CHECK(id.of(key_of(v.destination, v.destination_port, v.source, v.source_port)) == v.expected);
    }
}

TEST_CASE("one CommunityId serves many flows") {
    CommunityId id(0);
    const std::string first(id.of(key_of("128.232.110.120", 34855, "66.35.250.204", 80)));
    id.of(key_of("10.0.0.1", 1, "10.0.0.2", 2));
    CHECK(id.of(key_of("66.35.250.204", 80, "128.232.110.120", 34855)) == first);
}
