#include "cli/alerts/event_lines.h"

namespace deadpeer::cli {

EventLines::EventLines(const CsvOptions& options)
    : dialect_(options.dialect),
      inventory_(options.inventory),
      columns_(columns_of(Format::kJsonLines, {})),
      rows_(line_rows(Format::kJsonLines, output_, dialect_, columns_.of(Report::kEvents))),
      community_id_(options.community_id_seed) {}

std::string_view EventLines::of(const Finding& finding, std::uint64_t lost_frames) {
    output_.drop();
    write_row<EventLine>(
        rows_->cells(), columns_.events,
        EventLine{finding, files_.of(finding.file), explain(explanation_, finding, dialect_.stream_numbers),
                  weigh(ended(finding)), lost_frames, community_id_, inventory_});
    rows_->row_written();
    std::string_view line = output_.waiting();
    if (line.ends_with('\n')) line.remove_suffix(1);
    return line;
}

}  // namespace deadpeer::cli
