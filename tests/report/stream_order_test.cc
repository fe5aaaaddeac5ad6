#include "report/stream_order.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

// The order in which streams leave that come in `order`.
std::vector<std::uint64_t> leave(const std::vector<std::uint64_t>& order, const std::string& folder) {
    StreamOrder streams(folder);
    std::vector<std::uint64_t> left;
    const auto emit = [&](const FlowSummary& flow) {
        CHECK(flow.first_frame == flow.stream + 1);  // the record is the one that came
        left.push_back(flow.stream);
    };
    for (const std::uint64_t stream : order) {
        FlowSummary flow;
        flow.stream = stream;
        flow.first_frame = stream + 1;
        streams.add(flow, emit);
    }
    streams.finish(emit);
    CHECK(streams.status().ok());
    return left;
}

}  // namespace

TEST_CASE("streams leave in order, whatever order they come in") {
    using Order = std::vector<std::uint64_t>;
    Order order = {0, 1, 2, 3, 4};
    do {
        CHECK(leave(order, "/tmp") == Order{0, 1, 2, 3, 4});
    } while (std::next_permutation(order.begin(), order.end()));
    CHECK(leave({}, "/tmp").empty());
    CHECK(leave({5, 3}, "/tmp") == Order{3, 5});  // 0 to 2 and 4 never came
}

TEST_CASE("a stream that is next leaves at once") {
    StreamOrder streams("/tmp");
    std::size_t left = 0;
    streams.add(FlowSummary{}, [&](const FlowSummary&) { ++left; });
    CHECK(left == 1);
}

TEST_CASE("more streams than memory leave in order") {
    const TemporaryFolder folder;
    std::vector<std::uint64_t> order(120'000);
    std::iota(order.begin(), order.end(), 0);
    const std::vector<std::uint64_t> sorted = order;
    std::shuffle(order.begin(), order.end(), std::mt19937_64(2));
    CHECK((leave(order, folder.path().string()) == sorted));
}
