// EventRows: the events on standard output, as CSV or JSON Lines, each row at once.
//
// Threads: one thread at a time.
// Errors:  after the first row that could not be written it writes no more: failed().
#pragma once

#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "cli/standard_streams.h"
#include "deadpeer/sink.h"
#include "report/columns/columns.h"
#include "report/csv/csv_reports.h"
#include "report/storage/output.h"

namespace deadpeer::cli {

class EventRows final : public ReportSink {
public:
    // `lost_frames`: how many an input has lost so far. The inventory must outlive it.
    EventRows(const CsvOptions& options, std::function<std::uint64_t(std::uint32_t)> lost_frames)
        : dialect_(options.dialect),
          inventory_(options.inventory),
          lost_frames_(std::move(lost_frames)),
          columns_(columns_of(options.formats.front(), options.columns)),
          rows_(line_rows(options.formats.front(), output_, dialect_, columns_.of(Report::kEvents))),
          community_id_(options.community_id_seed) {
        flush();
    }

    [[nodiscard]] bool failed() const { return output_.error() != 0; }

    void on_input_begin(std::uint32_t file, const std::string& name) override {
        files_.note_name(file, name, dialect_);
    }
    void on_finding(const Finding& finding) override {
        write_row<EventLine>(
            rows_->cells(), columns_.events,
            EventLine{finding, files_.of(finding.file),
                      explain(explanation_, finding, dialect_.stream_numbers), weigh(ended(finding)),
                      lost_frames_(finding.file), community_id_, inventory_});
        rows_->row_written();
        flush();
    }

private:
    void flush() {
        if (failed()) return;
        output_.flush();
        if (failed()) report_output_error(output_.error());
    }

    CsvDialect dialect_;
    const Inventory* inventory_;
    std::function<std::uint64_t(std::uint32_t)> lost_frames_;
    Output output_{STDOUT_FILENO};
    ColumnTables columns_;
    std::unique_ptr<RowWriter> rows_;
    CommunityId community_id_;
    FileCells files_;
    Explanation explanation_;  // of the row that is written
};

}  // namespace deadpeer::cli
