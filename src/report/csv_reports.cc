#include "report/csv_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "report/incident/incident_explanation.h"
#include "report/text.h"

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
      events_(spool_folder, options.waiting_bytes),
      flows_(spool_folder, options.waiting_bytes),
      hosts_(options.hosts, options.hosts / 4) {}

CsvReports::~CsvReports() {
    if (folder_ != nullptr) folder_->discard();
}

Result<std::unique_ptr<CsvReports>> CsvReports::to_folder(std::unique_ptr<ReportFolder> folder,
                                                          const CsvOptions& options) {
    constexpr std::array<Report, 6> kAll = {Report::kCapture, Report::kSegments, Report::kFlows,
                                            Report::kEvents,  Report::kHosts,    Report::kIncidents};
    static_assert(kAll.size() == kReports.size());
    auto reports = to_folder(*folder, kAll, options);
    if (reports) reports.value()->owned_folder_ = std::move(folder);
    return reports;
}

Result<std::unique_ptr<CsvReports>> CsvReports::to_folder(ReportFolder& folder, std::span<const Report> which,
                                                          const CsvOptions& options) {
    std::unique_ptr<CsvReports> reports(
        new CsvReports(options, SpoolFolder(folder.path(), folder.descriptor())));
    reports->folder_ = &folder;
    for (const Report report : which) {
        if (report == Report::kSegments && !options.segments) continue;
        const Result<int> descriptor = folder.create(file_name(report));
        if (!descriptor) return descriptor.error();
        reports->start(report, descriptor.value());
    }
    return reports;
}

std::unique_ptr<CsvReports> CsvReports::to_descriptor(int descriptor, Report report,
                                                      const std::string& spool_folder,
                                                      const CsvOptions& options) {
    std::unique_ptr<CsvReports> reports(new CsvReports(options, SpoolFolder(spool_folder)));
    reports->start(report, descriptor);
    return reports;
}

void CsvReports::start(Report report, int descriptor) {
    writers_[index(report)] = std::make_unique<Writer>(descriptor, options_.dialect);
    Cells& cells = writers_[index(report)]->cells;
    switch (report) {
        case Report::kCapture:
            return write_header(cells, kCaptureColumns);
        case Report::kSegments:
            return write_header(cells, kSegmentColumns);
        case Report::kFlows:
            return write_header(cells, kFlowColumns);
        case Report::kEvents:
            return write_header(cells, kEventColumns);
        case Report::kHosts:
            return write_header(cells, kHostColumns);
        case Report::kIncidents:
            return write_header(cells, kIncidentColumns);
    }
}

void CsvReports::write_through() {
    for (const auto& out : writers_) {
        if (out != nullptr) out->output.write_through();
    }
}

void CsvReports::on_input_begin(std::uint32_t file, const std::string& name) {
    if (files_.by_index.size() <= file) files_.by_index.resize(file + 1);
    files_.by_index[file] = text_cell(base_name(name), options_.dialect.delimiter);
}

void CsvReports::on_input_end(std::uint32_t file, const InputSummary& summary) {
    note_lost_frames(file, summary.source.dropped_by_capture.value_or(0));
    if (Writer* out = writer(Report::kCapture)) {
        write_row(out->cells, kCaptureColumns, CaptureRow{summary, files_.of(file)});
    }
}

SegmentRowId CsvReports::on_segment(const SegmentRow& row) {
    if (writer(Report::kSegments) == nullptr) return 0;
    if (!segments_are_final_) return segments_.append(row);
    write_segment(row);
    return 0;
}

void CsvReports::update_segment(SegmentRowId id, const SegmentRow& row) {
    if (writer(Report::kSegments) != nullptr) segments_.change(id) = row;
}

void CsvReports::on_finding(const Finding& finding) {
    if (finding.kind == EventKind::kHostRebooted && writer(Report::kHosts) != nullptr) {
        hosts_.reboot(finding.subject.address, finding.time);
    }
    if (writer(Report::kIncidents) != nullptr) incidents_.add(finding);
    if (writer(Report::kEvents) == nullptr) return;
    events_.push({finding, events_told_++});
}

void CsvReports::on_flow(const FlowSummary& flow) {
    if (writer(Report::kHosts) != nullptr) hosts_.add(flow);
    if (writer(Report::kFlows) == nullptr) return;
    flows_.add(flow, [this](const FlowSummary& next) { write_flow(next); });
}

void CsvReports::on_early_flow(const FlowSummary& flow) {
    if (writer(Report::kHosts) != nullptr) hosts_.add(flow);
    if (writer(Report::kFlows) != nullptr) flows_.wait(flow);
}

void CsvReports::pause() {
    constexpr unsigned kRowsWithoutPause = 1024;
    if (++rows_since_pause_ % kRowsWithoutPause == 0) options_.meanwhile();
}

void CsvReports::write_flow(const FlowSummary& flow) {
    write_row(
        writer(Report::kFlows)->cells, kFlowColumns,
        FlowLine{flow, files_.of(flow.first_file), aids_, explain(explanation_, flow, options_.inventory),
                 weigh(ended(flow)), files_.lost(flow.first_file, flow.last_file)});
}

void CsvReports::write_segment(const SegmentRow& row) {
    if (row.provisional) return;
    write_row(writer(Report::kSegments)->cells, kSegmentColumns, SegmentLine{row, files_.of(row.file)});
}

void CsvReports::write_segments() {
    for (std::uint64_t i = 0; i < segments_.size(); ++i) write_segment(segments_.at(i));
}

void CsvReports::write_events() {
    while (!events_.empty()) {
        const Finding finding = events_.pop().finding;
        write_row(writer(Report::kEvents)->cells, kEventColumns,
                  EventLine{finding, files_.of(finding.file),
                            explain(explanation_, finding, options_.dialect.stream_numbers),
                            weigh(ended(finding)), files_.lost(finding.file, finding.file)});
    }
}

void CsvReports::write_hosts() {
    const std::uint64_t lost = files_.lost(0, files_.lost_frames.size());
    hosts_.for_each([&](const HostReport& host) {
        write_row(writer(Report::kHosts)->cells, kHostColumns,
                  HostLine{host, aids_.knowledge, options_.inventory, lost});
        pause();
    });
}

void CsvReports::write_incidents() {
    std::uint64_t number = 0;
    for (const Incident& incident : incidents_.list()) {
        write_row(writer(Report::kIncidents)->cells, kIncidentColumns,
                  IncidentLine{incident, ++number, files_.of(incident.cause.file),
                               explain(explanation_, incident, options_.dialect.stream_numbers),
                               options_.inventory});
    }
}

Status CsvReports::finish(const RunSummary&) {
    if (writer(Report::kSegments) != nullptr) write_segments();
    if (writer(Report::kFlows) != nullptr) {
        flows_.finish([this](const FlowSummary& flow) { write_flow(flow), pause(); });
    }
    if (writer(Report::kEvents) != nullptr) write_events();
    if (writer(Report::kHosts) != nullptr) write_hosts();
    if (writer(Report::kIncidents) != nullptr) write_incidents();
    for (const auto& out : writers_) {
        if (out != nullptr) out->output.flush();
    }
    Status status = written();
    if (!status || folder_ == nullptr) return status;
    status = folder_->publish(options_.meanwhile);
    if (!status || options_.segments) return status;
    return folder_->remove_stale(file_name(Report::kSegments));
}

Status CsvReports::written() const {
    for (const Status& spooled : {segments_.status(), events_.status(), flows_.status()}) {
        if (!spooled) return spooled;
    }
    for (std::size_t i = 0; i < kReports.size(); ++i) {
        if (writers_[i] == nullptr || writers_[i]->output.error() == 0) continue;
        const std::string place = folder_ == nullptr
                                      ? "standard output"
                                      : folder_->path() + "/" + file_name(static_cast<Report>(i));
        return Error{fmt::format("Cannot write {}: {}.{}", printable(place),
                                 std::strerror(writers_[i]->output.error()),
                                 folder_ == nullptr ? "" : " What was there before is untouched.")};
    }
    return success();
}

bool CsvReports::failed() const {
    return segments_.failed() || events_.failed() || flows_.failed() ||
           std::any_of(writers_.begin(), writers_.end(),
                       [](const auto& out) { return out != nullptr && out->output.error() != 0; });
}

bool CsvReports::reader_left() const {
    return std::any_of(writers_.begin(), writers_.end(),
                       [](const auto& out) { return out != nullptr && out->output.error() == EPIPE; });
}

}  // namespace deadpeer
