#include "report/csv/csv_reports.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "report/formats/database.h"
#include "report/formats/workbook.h"
#include "report/incident/incident_explanation.h"
#include "report/text/text.h"

namespace deadpeer {
namespace {

const Knowledge& knowledge_of(const CsvOptions& options) {
    return options.knowledge != nullptr ? *options.knowledge : Knowledge::builtin();
}

}  // namespace

CsvReports::CsvReports(const CsvOptions& options, const SpoolFolder& spool_folder)
    : options_(options),
      aids_{.knowledge = knowledge_of(options), .community_id = CommunityId(options.community_id_seed)},
      segments_(spool_folder, options.waiting_bytes),
      evidence_(spool_folder, options.waiting_bytes / 8),
      partial_segments_(spool_folder, options.waiting_bytes / 8),
      events_(spool_folder, options.waiting_bytes),
      flows_(spool_folder, options.waiting_bytes),
      hosts_(options.hosts, options.hosts / 4) {
    for (const Format format : options.formats)
        written_.push_back({format, columns_of(format, options.columns), nullptr});
}

CsvReports::~CsvReports() {
    if (folder_ != nullptr) folder_->discard();
}

Result<std::unique_ptr<CsvReports>> CsvReports::to_folder(std::unique_ptr<ReportFolder> folder,
                                                          const CsvOptions& options) {
    constexpr std::array<Report, 6> kAll = {Report::kCapture, Report::kSegments, Report::kFlows,
                                            Report::kEvents,  Report::kHosts,    Report::kIncidents};
    static_assert(kAll.size() == kReports.size());
    auto reports = to_folder(*folder, kAll, options);
    if (!reports) return reports;
    for (Written& written : reports.value()->written_) {
        if (!info(written.format).is_book) continue;
        if (const Status started = reports.value()->start_book(written); !started) return started.error();
    }
    reports.value()->owned_folder_ = std::move(folder);
    return reports;
}

Result<std::unique_ptr<CsvReports>> CsvReports::to_folder(ReportFolder& folder, std::span<const Report> which,
                                                          const CsvOptions& options) {
    std::unique_ptr<CsvReports> reports(
        new CsvReports(options, SpoolFolder(folder.path(), folder.descriptor())));
    reports->folder_ = &folder;
    for (const Report report : which) {
        if (!options.reports[index(report)]) continue;
        for (Written& written : reports->written_) {
            if (info(written.format).is_book) continue;
            const Result<int> descriptor = folder.create(file_name(report, written.format));
            if (!descriptor) return descriptor.error();
            reports->start(written, report, descriptor.value());
        }
    }
    return reports;
}

std::unique_ptr<CsvReports> CsvReports::to_descriptor(int descriptor, Report report,
                                                      const std::string& spool_folder,
                                                      const CsvOptions& options) {
    std::unique_ptr<CsvReports> reports(new CsvReports(options, SpoolFolder(spool_folder)));
    reports->start(reports->written_.front(), report, descriptor);
    struct stat file = {};
    reports->is_read_along_ = ::fstat(descriptor, &file) == 0 && !S_ISREG(file.st_mode);
    return reports;
}

void CsvReports::start(Written& written, Report report, int descriptor) {
    auto writer = std::make_unique<Writer>();
    writer->output.emplace(descriptor);
    writer->rows = line_rows(written.format, *writer->output, options_.dialect, written.columns.of(report));
    written.writers[index(report)] = std::move(writer);
    started_.set(index(report));
}

Status CsvReports::start_book(Written& written) {
    const std::string name = file_name(Report::kFlows, written.format);
    const Result<int> descriptor = folder_->create(name);
    if (!descriptor) return descriptor.error();
    const std::string path = folder_->path() + '/';
    using Open = std::unique_ptr<Book> (*)(const std::string&, const std::string&, const std::string&);
    const Open open = written.format == Format::kXlsx ? Open{open_workbook} : Open{open_database};
    written.book = open(folder_->path(), path + ReportFolder::temporary_name(name), path + name);
    for (std::size_t i = 0; i < kReports.size(); ++i) {
        if (!options_.reports[i]) continue;
        const auto report = static_cast<Report>(i);
        written.writers[i] = std::make_unique<Writer>();
        written.writers[i]->rows = written.book->add(report, options_.dialect, written.columns.of(report));
        started_.set(i);
    }
    return written.book->status();
}

template <typename Row>
void CsvReports::write(Report report, std::vector<Column<Row>> ColumnTables::*columns, const Row& row) {
    for (const Written& written : written_) {
        RowWriter& rows = *written.writers[index(report)]->rows;
        write_row<Row>(rows.cells(), written.columns.*columns, row);
        rows.row_written();
    }
}

template <typename Visit>
void CsvReports::for_each_writer(const Visit& visit) const {
    for (const Written& written : written_) {
        for (std::size_t i = 0; i < kReports.size(); ++i) {
            if (written.writers[i] != nullptr && written.writers[i]->output)
                visit(*written.writers[i]->output, static_cast<Report>(i), written.format);
        }
    }
}

void CsvReports::write_through() {
    for_each_writer([](Output& output, Report, Format) { output.write_through(); });
}

void CsvReports::on_input_begin(std::uint32_t file, const std::string& name) {
    files_.note_name(file, name, options_.dialect);
}

void CsvReports::on_input_end(std::uint32_t file, const InputSummary& summary) {
    note_lost_frames(file, summary.source.dropped_by_capture.value_or(0));
    if (wants(Report::kCapture))
        write(Report::kCapture, &ColumnTables::capture, CaptureRow{summary, files_.of(file)});
}

SegmentRowId CsvReports::on_segment(const SegmentRow& row) {
    if (!wants(Report::kSegments)) return 0;
    if (segments_are_final_) {
        if (!row.provisional) write_segment(row);
        return 0;
    }
    if (!row.partial) return segments_.append(row);
    partial_segments_.add(row);
    return 0;
}

void CsvReports::update_segment(SegmentRowId id, const SegmentRow& row) {
    if (wants(Report::kSegments)) segments_.change(id) = row;
}

// A book takes its rows at the end.
void CsvReports::on_segments_settled(SegmentRowId end) {
    const auto is_book = [](const Written& written) { return written.book != nullptr; };
    if (!wants(Report::kSegments) || segments_are_final_ || std::ranges::any_of(written_, is_book)) return;
    for (; segments_written_ < end; ++segments_written_) write_segment(segments_.at(segments_written_));
    segments_.forget_below(segments_written_);
    if (!is_read_along_) return;
    for_each_writer([](Output& output, Report, Format) { output.flush(); });
}

void CsvReports::on_finding(const Finding& finding) {
    if (finding.kind == EventKind::kHostRebooted && wants(Report::kHosts)) {
        hosts_.reboot(finding.subject.address, finding.time);
    }
    if (wants(Report::kIncidents)) incidents_.add(finding);
    if (selects_segments()) evidence_.add(finding);
    if (!wants(Report::kEvents)) return;
    events_.push({finding, events_reported_++});
}

void CsvReports::on_flow(const FlowSummary& flow) {
    if (wants(Report::kHosts)) hosts_.add(flow);
    if (selects_segments()) evidence_.add(flow);
    if (!wants(Report::kFlows)) return;
    flows_.add(flow, [this](const FlowSummary& next) { write_flow(next); });
}

void CsvReports::on_early_flow(const FlowSummary& flow) {
    if (wants(Report::kHosts)) hosts_.add(flow);
    if (selects_segments()) evidence_.add(flow);
    if (wants(Report::kFlows)) flows_.wait(flow);
}

void CsvReports::pause() {
    constexpr unsigned kRowsWithoutPause = 1024;
    if (++rows_since_pause_ % kRowsWithoutPause == 0) options_.meanwhile();
}

void CsvReports::write_flow(const FlowSummary& flow) {
    write(Report::kFlows, &ColumnTables::flows,
          FlowLine{flow, files_.of(flow.first_file), aids_, explain(explanation_, flow, options_.inventory),
                   weigh(ended(flow)), files_.lost(flow.first_file, flow.last_file), options_.inventory});
}

// Whether it has rows that wait to be asked for.
bool CsvReports::selects_segments() const {
    return wants(Report::kSegments) && !segments_are_final_;
}

void CsvReports::write_segment(const SegmentRow& row) {
    write(Report::kSegments, &ColumnTables::segments, SegmentLine{row, files_.of(row.file)});
}

void CsvReports::write_segments() {
    evidence_.sort();
    partial_segments_.sort();
    const auto write_asked_for = [this](const SegmentRow& row) {
        if (!row.provisional || evidence_.contains(row)) write_segment(row);
    };
    for (std::uint64_t i = segments_written_; i < segments_.size(); ++i) {
        const SegmentRow row = segments_.at(i);
        partial_segments_.before(row, write_asked_for);
        write_asked_for(row);
    }
    partial_segments_.rest(write_asked_for);
}

void CsvReports::write_events() {
    while (!events_.empty()) {
        const Finding finding = events_.pop().finding;
        write(
            Report::kEvents, &ColumnTables::events,
            EventLine{finding, files_.of(finding.file),
                      explain(explanation_, finding, options_.dialect.stream_numbers), weigh(ended(finding)),
                      files_.lost(finding.file, finding.file), aids_.community_id, options_.inventory});
    }
}

void CsvReports::write_hosts() {
    const std::uint64_t lost = files_.lost(0, files_.lost_frames.size());
    hosts_.for_each([&](const HostReport& host) {
        write(Report::kHosts, &ColumnTables::hosts,
              HostLine{host, aids_.knowledge, options_.inventory, lost});
        pause();
    });
}

void CsvReports::write_incidents() {
    std::uint64_t number = 0;
    for (const Incident& incident : incidents_.list()) {
        ++number;
        write(Report::kIncidents, &ColumnTables::incidents,
              IncidentLine{incident, number, files_.of(incident.cause.file),
                           explain(explanation_, incident, options_.dialect.stream_numbers),
                           options_.inventory, options_.evidence_file(number)});
    }
}

Status CsvReports::finish(const RunSummary&) {
    if (wants(Report::kSegments)) write_segments();
    if (wants(Report::kFlows)) {
        flows_.finish([this](const FlowSummary& flow) { write_flow(flow), pause(); });
    }
    if (wants(Report::kEvents)) write_events();
    if (wants(Report::kHosts)) write_hosts();
    if (wants(Report::kIncidents)) write_incidents();
    for_each_writer([](Output& output, Report, Format) { output.flush(); });
    for (const Written& written : written_) {
        if (written.book != nullptr) written.book->finish();
    }
    Status status = written();
    if (!status || folder_ == nullptr) return status;
    status = folder_->publish(options_.meanwhile);
    return status && owned_folder_ != nullptr ? remove_stale() : status;
}

// The folder tells one story: what an earlier run left there and this one did not replace is of another.
Status CsvReports::remove_stale() {
    std::vector<std::string> stale = file_names();
    for_each_writer(
        [&](const Output&, Report report, Format format) { std::erase(stale, file_name(report, format)); });
    for (const Written& written : written_) {
        if (written.book != nullptr) std::erase(stale, file_name(Report::kFlows, written.format));
    }
    for (const std::string& name : stale) {
        if (Status removed = folder_->remove_stale(name); !removed) return removed;
    }
    return success();
}

Status CsvReports::written() const {
    for (const Status& spooled : {segments_.status(), evidence_.status(), partial_segments_.status(),
                                  events_.status(), flows_.status()}) {
        if (!spooled) return spooled;
    }
    Status status = success();
    for (const Written& written : written_) {
        if (status && written.book != nullptr) status = written.book->status();
    }
    for_each_writer([&](const Output& output, Report report, Format format) {
        if (!status || output.error() == 0) return;
        const std::string place =
            folder_ == nullptr ? "standard output" : folder_->path() + "/" + file_name(report, format);
        status = Error{fmt::format("Cannot write {}: {}.{}", printable(place), std::strerror(output.error()),
                                   folder_ == nullptr ? "" : " What was there before is untouched.")};
    });
    return status;
}

std::string CsvReports::rows_left_out() const {
    for (const Written& written : written_) {
        if (written.book == nullptr) continue;
        if (std::string left_out = written.book->left_out(); !left_out.empty()) return left_out;
    }
    return {};
}

bool CsvReports::failed() const {
    bool failed = segments_.failed() || evidence_.failed() || partial_segments_.failed() ||
                  events_.failed() || flows_.failed();
    for_each_writer([&](const Output& output, Report, Format) { failed |= output.error() != 0; });
    for (const Written& written : written_) failed |= written.book != nullptr && !written.book->status();
    return failed;
}

bool CsvReports::reader_left() const {
    bool left = false;
    for_each_writer([&](const Output& output, Report, Format) { left |= output.error() == EPIPE; });
    return left;
}

}  // namespace deadpeer
