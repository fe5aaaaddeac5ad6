#include "cli/compare_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <utility>
#include <variant>

#include "capture/file/slim_record.h"
#include "cli/confine.h"
#include "cli/early_end.h"
#include "cli/input_names.h"
#include "cli/input_order.h"
#include "cli/locked_folder.h"
#include "cli/name_list.h"
#include "cli/open_input.h"
#include "cli/settings.h"
#include "cli/signals.h"
#include "cli/standard_streams.h"
#include "compare/compare_reports.h"
#include "compare/point_sink.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

constexpr const char* kPathsFile = "paths.csv";
constexpr const char* kFatesFile = "fates.csv";

}  // namespace

ExitCode CompareRun::go() {
    std::vector<std::string> folders_below;
    InputFiles files_a(input_names({settings_.points[0]}, folders_below));
    InputFiles files_b(input_names({settings_.points[1]}, folders_below));
    if (!open_folder() || !confine(files_a, files_b)) return code_;
    if (!folders_below.empty())
        remark(fmt::format("not looked into, as they are folders in a folder: {}", name_list(folders_below)));
    comparing::CapturePoint a;
    comparing::CapturePoint b;
    if (!read_point(files_a, settings_.points[0], a) || !read_point(files_b, settings_.points[1], b))
        return code_;
    write(comparing::Comparison(a, b));
    return code_;
}

bool CompareRun::open_folder() {
    if (settings_.output.empty()) return true;
    auto folder = open_locked_folder(settings_.output);
    if (const Answer* const refusal = std::get_if<Answer>(&folder)) {
        complain(refusal->text);
        note(refusal->code);
        return false;
    }
    folder_ = std::get<0>(std::move(folder));
    return true;
}

bool CompareRun::confine(const InputFiles& a, const InputFiles& b) {
    Settings settings;
    settings.sandbox = !settings_.no_sandbox;
    settings.output = settings_.output;
    std::vector<const ReportFolder*> folders;
    if (folder_ != nullptr) folders.push_back(folder_.get());
    std::vector<std::string> late = a.late();
    for (std::string& path : b.late()) late.push_back(std::move(path));
    const auto confined = confine_for_files(settings, folders, late);
    if (!confined) {
        complain(confined.error().message);
        note(ExitCode::kNotWritten);
        return false;
    }
    if (!confined.value().warning.empty()) remark(confined.value().warning);
    return true;
}

OpenOptions CompareRun::open_options() const {
    OpenOptions options;
    options.unpacking = unpacking_;
    options.keep_waiting = [] { return !stop_requested(); };
    return options;
}

// False: there is nothing of it to compare.
bool CompareRun::read_point(InputFiles& files, const std::string& word, comparing::CapturePoint& point) {
    if (const std::string repeated = files.repeated(); !repeated.empty()) remark(repeated);
    AnalyzerOptions options = comparing::options_of_a_point();
    options.idle_timeouts = knowledge_.forgetting_times();
    comparing::PointSink sink;
    Analyzer analyzer(options, sink);
    read_ = 0;
    const InputSequence sequence = order_inputs(files, InputOrder::kTime, open_options());
    for (const std::string& message : sequence.remarks) remark(message);
    for (const InputPlace& place : sequence.places) {
        read_until(place.begins.value_or(Lane::kForEver), analyzer);
        if (stop_requested()) break;
        open(files, place.input, analyzer);
    }
    read_until(Lane::kForEver, analyzer);
    (void)analyzer.finish();  // the sink writes nothing
    if (stop_requested()) {
        complain("stopped by a signal; nothing is compared");
        note(ExitCode::kIncomplete);
        return false;
    }
    if (read_ == 0) {
        complain(fmt::format("{} has no capture that can be read, so there is nothing to compare", word));
        note(ExitCode::kNothingRead);
        return false;
    }
    point = sink.take();
    return true;
}

void CompareRun::open(InputFiles& files, std::size_t place, Analyzer& analyzer) {
    const std::string& path = files.path(place);
    if (files.from_folder(place) && is_no_capture(files, place, open_options()))
        return remark(fmt::format("passed over, as no capture: {}", path));
    auto opened = open_input(path, files.take(place), open_options());
    if (!opened) return refuse(opened.error().message);
    ++read_;
    const capture::SlimBeginning* const original = original_of(*opened.value());
    const std::string name = original != nullptr ? original->name : path;
    auto lane = std::make_unique<Lane>(name, StoppableSource(std::move(opened).value(), stop_requested));
    lane->set_input(analyzer.begin_input(name));
    progress_.begin(path);
    if (!lane->refill()) return end(*lane, analyzer);
    lanes_.push_back(std::move(lane));
}

// Frames that were captured until then, in the order of their times.
void CompareRun::read_until(Nanoseconds time, Analyzer& analyzer) {
    while (true) {
        const Turn turn = next_turn(lanes_, time);
        if (turn.place == lanes_.size()) return;
        Lane& lane = *lanes_[turn.place];
        const std::span<const FrameView> frames = lane.frames_until(turn.until);
        analyzer.consume(frames, lane.input());
        lane.take(frames.size());
        if (!lane.frames().empty()) continue;
        progress_.update(lane.stats());
        if (lane.refill()) continue;
        end(lane, analyzer);
        lanes_.erase(lanes_.begin() + static_cast<std::ptrdiff_t>(turn.place));
    }
}

void CompareRun::end(const Lane& lane, Analyzer& analyzer) {
    progress_.clear();
    const ReadStatus status = lane.status();
    analyzer.end_input(lane.input(), lane.source(), outcome_of(status));
    if (status == ReadStatus::kEnd || stop_requested()) return;
    refuse(early_end(lane.name(), outcome_of(status), lane.source().status_detail()));
}

void CompareRun::write(const comparing::Comparison& comparison) {
    comparing::CompareSummary summary;
    if (folder_ == nullptr) {
        comparing::write_reports(comparison, knowledge_, {}, summary);
    } else {
        const Result<int> paths = folder_->create(kPathsFile);
        const Result<int> fates = paths ? folder_->create(kFatesFile) : paths.error();
        if (!fates) {
            complain(fates.error().message);
            return note(ExitCode::kNotWritten);
        }
        Output paths_output(paths.value());
        Output fates_output(fates.value());
        Cells path_cells(paths_output, CsvDialect{});
        Cells fate_cells(fates_output, CsvDialect{});
        comparing::write_reports(comparison, knowledge_, {&path_cells, &fate_cells}, summary);
        paths_output.flush();
        fates_output.flush();
        const int error = paths_output.error() != 0 ? paths_output.error() : fates_output.error();
        Status status = success();
        if (error != 0) {
            status =
                Error{fmt::format("Cannot write the reports to {}: {}. What was there before is untouched.",
                                  settings_.output, std::strerror(error))};
        } else {
            status = folder_->publish();
        }
        if (!status) {
            complain(status.error().message);
            return note(ExitCode::kNotWritten);
        }
    }
    if (settings_.quiet) return;
    std::string text = summary.text(comparison);
    if (folder_ != nullptr) text += fmt::format("Reports: {}\n", printable(settings_.output));
    if (!print_out(text) && folder_ == nullptr) note(ExitCode::kNotWritten);
}

void CompareRun::complain(const std::string& message) {
    progress_.clear();
    print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
}

}  // namespace deadpeer::cli
