// EventLines: an event as the line of JSON that `--format jsonl` has for it in events.jsonl, whatever
//             --columns says.
//
// Lifetime: the inventory must outlive it.
// Threads:  one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "report/columns/columns.h"
#include "report/csv/csv_reports.h"
#include "report/storage/output.h"

namespace deadpeer::cli {

class EventLines {
public:
    explicit EventLines(const CsvOptions& options);

    void note_input(std::uint32_t file, const std::string& name) { files_.note_name(file, name, dialect_); }

    // Without the line's end; valid until the next call. `lost_frames`: of its input.
    std::string_view of(const Finding& finding, std::uint64_t lost_frames);

private:
    CsvDialect dialect_;
    const Inventory* inventory_;
    Output output_{-1};  // nothing is written to it
    ColumnTables columns_;
    std::unique_ptr<RowWriter> rows_;
    CommunityId community_id_;
    FileCells files_;
    Explanation explanation_;
};

}  // namespace deadpeer::cli
