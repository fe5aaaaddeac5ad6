// CsvReports: the sink that writes the reports, as CSV or in another format, or in several.
//
// What:     capture, flows and hosts rows are formatted as soon as their order allows, segments once neither
//           an answer nor an event that asks for them may come, events sorted by time. Waiting rows are kept
//           in spools of bounded memory. Files appear in finish(), each whole or not at all.
// Lifetime: a descriptor given to to_descriptor() stays open and the caller's.
// Threads:  one thread at a time.
// Errors:   finish() reports the first of them. failed() tells early, so that a caller may stop feeding. A
//           pipe whose reader went away is an error without anything to say: reader_left().
//           The caller should ignore SIGPIPE and SIGXFSZ, or they end the process first.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "deadpeer/sink.h"
#include "report/columns/cells.h"
#include "report/columns/columns.h"
#include "report/columns/community_id.h"
#include "report/csv/evidence_frames.h"
#include "report/csv/host_table.h"
#include "report/csv/partial_rows.h"
#include "report/csv/stream_order.h"
#include "report/formats/book.h"
#include "report/formats/column_tables.h"
#include "report/formats/line_rows.h"
#include "report/incident/incidents.h"
#include "report/reports.h"
#include "report/storage/report_folder.h"
#include "report/storage/sorted_spool.h"
#include "report/storage/spool.h"

namespace deadpeer {

struct CsvOptions {
    CsvDialect dialect = {};
    ReportSet reports = ReportSet().set();  // which are written
    std::vector<Format> formats = {Format::kCsv};
    ColumnChoice columns = {};
    std::size_t hosts = HostTable::kHosts;                     // rows of hosts.csv at most
    std::size_t waiting_bytes = WaitingFlows::kDefaultMemory;  // of each report, for rows that wait
    std::uint16_t community_id_seed = 0;
    // What is known beforehand; must outlive the reports. Null: the built-in tables, no inventory.
    const Knowledge* knowledge = nullptr;
    const Inventory* inventory = nullptr;
    // Called now and then by finish().
    std::function<void()> meanwhile = [] {};
    // Called by finish(): the name of an incident's evidence capture, by the incident's number; empty: none.
    std::function<std::string_view(std::uint64_t incident)> evidence_file = [](std::uint64_t) {
        return std::string_view();
    };
};

class CsvReports final : public ReportSink {
public:
    // All reports as files. REQUIRES: the folder's lock is held.
    static Result<std::unique_ptr<CsvReports>> to_folder(std::unique_ptr<ReportFolder> folder,
                                                         const CsvOptions& options);
    // Some of them, to a folder that outlives this object; reports that are not among them stay as they are.
    static Result<std::unique_ptr<CsvReports>> to_folder(ReportFolder& folder,
                                                         std::span<const Report> reports,
                                                         const CsvOptions& options);
    ~CsvReports() override;
    CsvReports(const CsvReports&) = delete;
    CsvReports& operator=(const CsvReports&) = delete;

    // One report, in one format, to an open descriptor; rows that wait may need a temporary file in
    // `spool_folder`.
    static std::unique_ptr<CsvReports> to_descriptor(int descriptor, Report report,
                                                     const std::string& spool_folder,
                                                     const CsvOptions& options);

    // To files only: writing goes along with the rows, and finish() need not wait long for the disk.
    void write_through();
    // How many frames an input has lost so far, before on_input_end() says it.
    void note_lost_frames(std::uint32_t file, std::uint64_t frames) { files_.note_lost(file, frames); }
    // Segment rows are told as they stay: they are written at once, and update_segment() is not called.
    void segments_are_final() { segments_are_final_ = true; }
    // From now on on_flow() is called in ascending order of streams; what waits goes between.
    void flows_ascend() { flows_.ascend(); }

    void on_input_begin(std::uint32_t file, const std::string& name) override;
    void on_input_end(std::uint32_t file, const InputSummary& summary) override;
    SegmentRowId on_segment(const SegmentRow& row) override;
    void update_segment(SegmentRowId id, const SegmentRow& row) override;
    void on_segments_settled(SegmentRowId end) override;
    void on_finding(const Finding& finding) override;
    void on_flow(const FlowSummary& flow) override;
    void on_early_flow(const FlowSummary& flow) override;
    Status finish(const RunSummary& run) override;

    // Something could not be written: finish() will answer an error.
    [[nodiscard]] bool failed() const;
    [[nodiscard]] bool reader_left() const;

    // A sentence about rows that a format has no room for; empty if there was enough.
    [[nodiscard]] std::string rows_left_out() const;
    // A sentence about what hosts.csv had no memory for; empty if there was enough.
    [[nodiscard]] std::string hosts_left_out() const { return hosts_.left_out(); }

private:
    struct Writer {
        std::optional<Output> output;  // not of a book
        std::unique_ptr<RowWriter> rows;
    };
    // In one format, by report.
    struct Written {
        Format format;
        ColumnTables columns;
        std::unique_ptr<Book> book;  // null of a format with a file for each report
        std::array<std::unique_ptr<Writer>, kReports.size()> writers = {};
    };
    struct NumberedFinding {
        Finding finding;
        std::uint64_t number;  // as they were told
    };
    struct ByTime {
        std::pair<Nanoseconds, std::uint64_t> operator()(const NumberedFinding& event) const {
            return {event.finding.time, event.number};
        }
    };

    CsvReports(const CsvOptions& options, const SpoolFolder& spool_folder);

    void start(Written& written, Report report, int descriptor);
    [[nodiscard]] bool wants(Report report) const { return started_[index(report)]; }
    template <typename Row>
    void write(Report report, std::vector<Column<Row>> ColumnTables::*columns, const Row& row);
    Status start_book(Written& written);
    template <typename Visit>
    void for_each_writer(const Visit& visit) const;
    void pause();
    void write_flow(const FlowSummary& flow);
    void write_segment(const SegmentRow& row);
    void write_segments();
    [[nodiscard]] bool selects_segments() const;
    void write_events();
    void write_hosts();
    void write_incidents();
    [[nodiscard]] Status written() const;
    Status remove_stale();

    CsvOptions options_;
    std::unique_ptr<ReportFolder> owned_folder_;
    ReportFolder* folder_ = nullptr;  // null when writing to a descriptor
    std::vector<Written> written_;
    ReportSet started_;
    FlowContext aids_;
    Explanation explanation_;  // of the row that is written
    FileCells files_;
    Spool<SegmentRow> segments_;
    std::uint64_t segments_written_ = 0;  // of these, before the others
    bool segments_are_final_ = false;
    bool is_read_along_ = false;  // it goes to a pipe or a terminal
    EvidenceFrames evidence_;
    PartialRows partial_segments_;
    SortedSpool<NumberedFinding, ByTime> events_;
    std::uint64_t events_reported_ = 0;
    StreamOrder flows_;
    HostTable hosts_;
    Incidents incidents_;
    unsigned rows_since_pause_ = 0;
};

}  // namespace deadpeer
