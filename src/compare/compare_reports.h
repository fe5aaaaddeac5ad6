// The reports of a comparison: paths.csv, fates.csv, and what a person wants to know after a run.
//
// What:     paths.csv has a row a paired connection, fates.csv one a segment that did not cross or was
//           changed. The summary tells the connections that something between ended, and how much was put
//           together.
// Memory:   of the summary at most kMostTold sentences.
// Threads:  one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compare/comparison.h"
#include "knowledge/knowledge.h"
#include "report/columns/cells.h"

namespace deadpeer::comparing {

// Either may be null: that report is not wanted.
struct ReportCells {
    Cells* paths = nullptr;
    Cells* fates = nullptr;
};

class CompareSummary {
public:
    static constexpr std::size_t kMostTold = 20;

    void add(const Path& path, const std::string& explanation);
    // Ends with a line end.
    [[nodiscard]] std::string text(const Comparison& comparison) const;

private:
    std::array<std::uint64_t, 9> fates_{};  // by PathFate
    std::uint64_t paired_ = 0;              // packets
    std::uint64_t lost_a_to_b_ = 0;
    std::uint64_t lost_b_to_a_ = 0;
    std::uint64_t injected_ = 0;
    std::uint64_t changed_ = 0;
    std::uint64_t unknown_ = 0;
    std::vector<std::string> told_;
    std::uint64_t untold_ = 0;
};

void write_reports(const Comparison& comparison, const Knowledge& knowledge, const ReportCells& cells,
                   CompareSummary& summary);

}  // namespace deadpeer::comparing
