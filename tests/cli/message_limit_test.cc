#include "cli/live/message_limit.h"

#include "support/catch.h"

using namespace deadpeer::cli;
using namespace std::chrono_literals;

TEST_CASE("the first messages of a minute pass, and the others are counted when it is over") {
    MessageLimit limit;
    const MessageLimit::Time start{1h};
    const auto passed = [&](MessageLimit::Time time, int messages) {
        int count = 0;
        for (int i = 0; i < messages; ++i) count += limit.passes(time);
        return count;
    };
    CHECK(limit.take_left_out(start) == 0);
    CHECK(passed(start, 15) == 15);
    CHECK(passed(start + 59s, 900) == 5);
    CHECK(limit.take_left_out(start + 60s - 1ns) == 0);
    CHECK(limit.take_left_out(start + 60s) == 895);
    CHECK(limit.take_left_out(start + 60s) == 0);
    CHECK(passed(start + 70s, 21) == 20);
    CHECK(limit.take_left_out(start + 129s) == 0);
    CHECK(limit.take_left_out(MessageLimit::Time::max()) == 1);
}
