// EventRows: events.csv on standard output, each row at once.
//
// Threads: one thread at a time.
// Errors:  after the first row that could not be written it writes no more: failed().
#pragma once

#include <unistd.h>

#include <functional>
#include <string>
#include <utility>

#include "cli/standard_streams.h"
#include "deadpeer/sink.h"
#include "report/columns.h"
#include "report/output.h"
#include "report/text.h"

namespace deadpeer::cli {

class EventRows final : public ReportSink {
public:
    // `lost_frames`: how many an input has lost so far.
    EventRows(const CsvDialect& dialect, std::function<std::uint64_t(std::uint32_t)> lost_frames)
        : delimiter_(dialect.delimiter), lost_frames_(std::move(lost_frames)), cells_(output_, dialect) {
        write_header(cells_, kEventColumns);
        flush();
    }

    [[nodiscard]] bool failed() const { return output_.error() != 0; }

    void on_input_begin(std::uint32_t, const std::string& name) override {
        files_.by_index.push_back(text_cell(base_name(name), delimiter_));
    }
    void on_finding(const Finding& finding) override {
        write_row(cells_, kEventColumns,
                  EventLine{finding, files_.of(finding.file),
                            explain(explanation_, finding, cells_.dialect().stream_numbers),
                            weigh(ended(finding)), lost_frames_(finding.file)});
        flush();
    }

private:
    void flush() {
        if (failed()) return;
        output_.flush();
        if (failed()) tell_of_standard_output(output_.error());
    }

    char delimiter_;
    std::function<std::uint64_t(std::uint32_t)> lost_frames_;
    Output output_{STDOUT_FILENO};
    Cells cells_;
    FileCells files_;
    Explanation explanation_;  // of the row that is written
};

}  // namespace deadpeer::cli
