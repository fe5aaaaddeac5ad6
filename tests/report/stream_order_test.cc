#include "report/csv/stream_order.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <set>
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

TEST_CASE("more connections than memory wait in a file and leave in order") {
    const TemporaryFolder folder;
    constexpr std::uint64_t kStreams = 20'000;
    // Room for 100: 200 runs, and pops while runs are still being made.
    WaitingFlows waiting(folder.path().string(), 100 * sizeof(FlowSummary));
    std::vector<std::uint64_t> order(kStreams);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937_64(2));
    std::set<std::uint64_t> inside;
    std::uint64_t wrong = 0;
    const auto pop = [&] {
        const std::uint64_t lowest = waiting.lowest();
        const FlowSummary flow = waiting.pop();
        wrong += lowest == *inside.begin() && flow.stream == lowest && flow.first_frame == lowest + 1 ? 0 : 1;
        inside.erase(inside.begin());
    };
    for (const std::uint64_t stream : order) {
        FlowSummary flow;
        flow.stream = stream;
        flow.first_frame = stream + 1;
        waiting.push(flow);
        inside.insert(stream);
        if (stream % 3 == 0) pop();
    }
    while (!inside.empty()) pop();
    CHECK(wrong == 0);
    CHECK(waiting.empty());
    CHECK(waiting.status().ok());
    CHECK(folder.entries() == 0);  // the file has no name
}

TEST_CASE("connections that cannot wait in a file are an error, not a crash") {
    WaitingFlows waiting("/nonexistent", 10 * sizeof(FlowSummary));
    for (std::uint64_t stream = 0; stream < 1000; ++stream) {
        FlowSummary flow;
        flow.stream = stream;
        waiting.push(flow);
    }
    while (!waiting.empty()) waiting.pop();
    CHECK(waiting.failed());
    CHECK_FALSE(waiting.status().ok());
}
