// That what was told of paths is told once, however many pairs of hosts are accused.
#include "analyzer/paths.h"

#include <tuple>

#include "support/catch.h"
#include "support/flow_key.h"
#include "support/recording_sink.h"

namespace deadpeer::test {
namespace {

// Of that pair of hosts one connection fails after 350 s: a box on the path says so.
void fail(Paths& paths, std::uint32_t pair, std::uint32_t which, ReportSink& sink) {
    Connection connection;
    Judgement judgement;
    std::tie(connection.key, judgement.side) = make_flow_key({pair, 0}, 40'000, {0, 1}, 80, true);
    connection.tcp.number = 2 * pair + which;
    judgement.verdict = Verdict::kMiddleboxReset;
    judgement.time = pair * kSecond;
    judgement.idle_at_failure = 350 * kSecond;
    judgement.idle_survived = 100 * kSecond;
    paths.note_failure(connection, judgement, judgement.time, sink);
}

TEST_CASE("of any number of pairs of hosts each is accused once, and the others not at all") {
    RecordingSink sink;
    const Knowledge knowledge;
    Paths paths(std::size_t{16} << 20, knowledge);
    constexpr std::uint32_t kPairs = 4'200;
    for (std::uint32_t pair = 1; pair <= kPairs; ++pair) {
        fail(paths, pair, 0, sink);
        fail(paths, pair, 1, sink);
    }
    paths.report(kPairs * kSecond, sink);
    const std::size_t told = sink.findings.size();
    CHECK(told > 4'000);
    paths.report(kPairs * kSecond, sink);
    CHECK(sink.findings.size() == told);
}

}  // namespace
}  // namespace deadpeer::test
