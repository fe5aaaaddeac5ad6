#include "knowledge/announced_keepalive.h"

#include <string_view>
#include <vector>

#include "support/catch.h"

namespace {

using namespace std::string_view_literals;
using deadpeer::kNoTime;
using deadpeer::kSecond;

deadpeer::Nanoseconds announced_by(std::string_view text) {
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    return deadpeer::announced_keepalive(bytes);
}

}  // namespace

TEST_CASE("an MQTT CONNECT announces its keep alive") {
    CHECK(announced_by("\x10\x12\0\4MQTT\4\2\0\x3c\0\6client"sv) == 60 * kSecond);
    CHECK(announced_by("\x10\x12\0\4MQTT\5\2\x01\x2c\0\0\6client"sv) == 300 * kSecond);
    CHECK(announced_by("\x10\x14\0\6MQIsdp\3\2\0\x1e\0\6client"sv) == 30 * kSecond);
    CHECK(announced_by("\x10\x92\x01\0\4MQTT\4\2\0\x3c"sv) == 60 * kSecond);  // a longer one, cut
}

TEST_CASE("nothing else does") {
    CHECK(announced_by("\x10\x12\0\4MQTT\4\2\0\0\0\6client"sv) == kNoTime);  // it is switched off
    CHECK(announced_by("\x10\x12\0\4MQTT\4\2\0"sv) == kNoTime);              // cut before it
    CHECK(announced_by("\x30\x12\0\4MQTT\4\2\0\x3c"sv) == kNoTime);
    CHECK(announced_by("\x10\x12\0\4MQTX\4\2\0\x3c"sv) == kNoTime);
    CHECK(announced_by("\x10\xff\xff\xff\xff\xff"sv) == kNoTime);
    CHECK(announced_by("\x10"sv) == kNoTime);
    CHECK(announced_by(""sv) == kNoTime);
}
