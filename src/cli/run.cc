#include "cli/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>

#include "capture/file/slim_record.h"
#include "capture/open.h"
#include "cli/file_output.h"
#include "cli/follow/follow_run.h"
#include "cli/frame_limit.h"
#include "cli/input_files.h"
#include "cli/input_names.h"
#include "cli/input_order.h"
#include "cli/live/lanes.h"
#include "cli/live/live_run.h"
#include "cli/live/pipe_run.h"
#include "cli/name_list.h"
#include "cli/open_input.h"
#include "cli/readable_link_types.h"
#include "cli/signals.h"
#include "cli/slim_list.h"
#include "cli/standard_streams.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

// Names in the filter are looked up now, for all that may come.
capture::FrameFilter compiled(const std::string& expression) {
    capture::FrameFilter filter(expression);
    if (!filter.active()) return filter;
    filter.compile(readable_link_types());
    return filter;
}

class Run {
public:
    Run(const Settings& settings, const Tables& tables, capture::FrameFilter filter, InputFiles& files,
        std::vector<std::string> folders_below)
        : settings_(settings),
          on_name_(name_listener(tables)),
          output_(settings, tables),
          filter_(std::move(filter)),
          unpacking_(std::make_shared<capture::UnpackingMemory>(settings.unpacking_bytes)),
          files_(files),
          folders_below_(std::move(folders_below)),
          frames_left_(settings.frame_limit) {
        if (settings.evidence.empty()) return;
        files_.keep_open();
        output_.read_again_by([this](std::uint32_t input) {
            const std::size_t place = places_.at(input);
            return open(place, files_.take_again(place));
        });
    }

    ExitCode go();
    // The only input is a pipe that was opened.
    ExitCode go_on(BegunPipe begun);

private:
    void report_of_repeated();
    [[nodiscard]] bool may_read_ahead() const;
    void read_to_the_end();
    ExitCode finish();
    void read_all(const std::vector<InputPlace>& places);
    void open(std::size_t place);
    void read(std::size_t place, Result<std::unique_ptr<PacketSource>> opened);
    void begin(std::unique_ptr<Lane> lane, std::size_t place);
    void read_until(Nanoseconds time);
    void consume(Lane& lane, std::span<const FrameView> frames);
    void end(const Lane& lane, ReadStatus status);
    void warn_of_overlap(const Lane& lane);
    void refuse(std::size_t place, const std::string& reason) { output_.refuse(files_.path(place), reason); }
    [[nodiscard]] OpenOptions open_options() const;
    Result<std::unique_ptr<PacketSource>> open(std::size_t place, const Result<int>& descriptor) const;
    [[nodiscard]] bool is_over() const { return output_.cannot_go_on() || frames_left_ == 0U; }

    const Settings& settings_;
    const capture::NameListener on_name_;
    FileOutput output_;
    const capture::FrameFilter filter_;
    const std::shared_ptr<capture::UnpackingMemory> unpacking_;
    InputFiles& files_;
    const std::vector<std::string> folders_below_;
    std::vector<std::string> passed_over_;  // what folders hold besides captures
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::optional<std::uint64_t> frames_left_;
    std::map<std::uint32_t, std::size_t> places_;  // of inputs, by the analysis' index
    Nanoseconds read_until_ = kNoTime;             // time of the last frame
    std::string last_read_;                        // the input that it is in
    std::size_t overlaps_ = 0;
    bool matched_ = false;  // some frame passed the filter
};

ExitCode Run::go() {
    if (!output_.confine(files_.late())) return output_.code();
    report_of_repeated();
    if (!folders_below_.empty()) {
        output_.remark(
            fmt::format("not looked into, as they are folders in a folder: {}", name_list(folders_below_)));
    }
    const InputSequence sequence = order_inputs(files_, settings_.order, open_options());
    for (const std::string& remark : sequence.remarks) output_.remark(remark);
    read_all(sequence.places);
    return finish();
}

ExitCode Run::go_on(BegunPipe begun) {
    output_.take_over(std::move(begun.folder), std::move(begun.page), std::move(begun.sandbox));
    report_of_repeated();
    read(0, std::move(begun.source));
    read_to_the_end();
    return finish();
}

ExitCode Run::finish() {
    if (overlaps_ > 1) output_.remark(fmt::format("{} inputs begin before others end", overlaps_));
    if (!passed_over_.empty() && (!settings_.quiet || !output_.started())) {
        output_.complain(fmt::format("passed over, as no captures: {}", name_list(passed_over_)));
    }
    if (output_.started()) {
        if (!matched_ && filter_.active()) {
            output_.remark(fmt::format("the filter \"{}\" matches no frame", settings_.filter));
        }
        output_.finish();
    } else if (!output_.cannot_go_on()) {
        return ExitCode::kNothingRead;
    }
    return output_.code();
}

void Run::report_of_repeated() {
    if (const std::string repeated = files_.repeated(); !repeated.empty()) output_.remark(repeated);
}

void Run::read_all(const std::vector<InputPlace>& places) {
    std::size_t unread = places.size();
    for (const InputPlace& place : places) {
        read_until(place.begins.value_or(Lane::kForEver));
        if (is_over() || stop_requested()) break;
        --unread;
        open(place.input);
        if (!place.begins) read_until(Lane::kForEver);
    }
    read_to_the_end();
    if (unread > 0 && stop_requested()) {
        output_.complain(
            fmt::format("stopped by a signal; {} input{} not read", unread, unread == 1 ? "" : "s"));
        output_.note(ExitCode::kIncomplete);
    }
}

void Run::read_to_the_end() {
    read_until(Lane::kForEver);
    for (const auto& lane : lanes_) {
        lane->end();
        end(*lane, ReadStatus::kEnd);
    }
}

OpenOptions Run::open_options() const {
    OpenOptions options;
    options.unpacking = unpacking_;
    options.keep_waiting = [] { return !stop_requested(); };
    options.on_name = on_name_;
    return options;
}

void Run::open(std::size_t place) {
    const std::string& path = files_.path(place);
    if (files_.from_folder(place) && is_no_capture(files_, place, open_options()))
        return passed_over_.push_back(path);
    read(place, open(place, files_.take(place)));
}

Result<std::unique_ptr<PacketSource>> Run::open(std::size_t place, const Result<int>& descriptor) const {
    if (!descriptor) return descriptor.error();
    OpenOptions options = open_options();
    options.filter = filter_;
    options.descriptor = descriptor.value();
    return open_capture(files_.path(place), options);
}

void Run::read(std::size_t place, Result<std::unique_ptr<PacketSource>> opened) {
    const std::string& path = files_.path(place);
    if (!opened) return refuse(place, opened.error().message);
    const std::string unreadable = unreadable_link_type(*opened.value());
    if (!unreadable.empty()) return refuse(place, fmt::format("{} {}", path, unreadable));
    if (!output_.start()) return;
    const capture::SlimBeginning* const original = original_of(*opened.value());
    const std::string name = original != nullptr ? original->name : path;
    begin(std::make_unique<Lane>(name, StoppableSource(std::move(opened).value(), stop_requested),
                                 may_read_ahead() ? &output_.analyzer() : nullptr),
          place);
}

// The first frames of those that are read ahead would not tell where the limit was.
bool Run::may_read_ahead() const {
    const auto readers = std::ranges::count_if(lanes_, [](const auto& lane) { return lane->reads_ahead(); });
    return !settings_.frame_limit && readers + 1 < std::ptrdiff_t{settings_.threads};
}

void Run::begin(std::unique_ptr<Lane> lane, std::size_t place) {
    lane->set_input(output_.analyzer().begin_input(lane->name()));
    places_[lane->input()] = place;
    output_.progress().begin(lane->name());
    if (!lane->refill()) return end(*lane, lane->status());
    warn_of_overlap(*lane);
    lanes_.push_back(std::move(lane));
}

// Frames that were captured until then, in the order of their times.
void Run::read_until(Nanoseconds time) {
    while (!is_over()) {
        const Turn turn = next_turn(lanes_, time);
        if (turn.place == lanes_.size()) return;
        Lane& lane = *lanes_[turn.place];
        consume(lane, lane.frames_until(turn.until));
        if (is_over() || !lane.frames().empty()) continue;
        output_.progress().update(lane.stats());
        if (lane.refill()) continue;
        end(lane, lane.status());
        lanes_.erase(lanes_.begin() + static_cast<std::ptrdiff_t>(turn.place));
    }
}

void Run::consume(Lane& lane, std::span<const FrameView> frames) {
    matched_ =
        matched_ || std::ranges::any_of(frames, [](const FrameView& f) { return !f.rejected_by_filter; });
    if (frames_left_) frames = frames.first(count_until(frames, *frames_left_));
    if (const DecodedFrames* const decoded = lane.decoded(frames)) {
        output_.analyzer().consume(frames, *decoded, lane.input());
    } else {
        output_.analyzer().consume(frames, lane.input());
    }
    if (!frames.empty() && frames.back().time != kNoTime) {
        read_until_ = frames.back().time;
        last_read_ = lane.name();
    }
    lane.take(frames.size());
}

void Run::end(const Lane& lane, ReadStatus status) {
    output_.progress().clear();
    output_.end_input(lane.input(), lane.name(), lane.source(), lane.frames(), status);
}

void Run::warn_of_overlap(const Lane& lane) {
    const bool merged = !lanes_.empty();
    if (lane.time() == kNoTime || (!merged && lane.time() >= read_until_)) return;
    if (++overlaps_ > 1) return;
    output_.remark(fmt::format("{} begins before {} ends: {}", lane.name(),
                               merged ? lanes_.back()->name() : last_read_,
                               merged ? "their frames are read in the order of time"
                                      : "time goes back between them (--order time merges files)"));
}

ExitCode run_pipe(const Settings& settings, const Tables& tables, const capture::FrameFilter& filter,
                  InputFiles& files) {
    OpenOptions options;
    options.filter = filter;
    options.on_name = name_listener(tables);
    options.unpacking = std::make_shared<capture::UnpackingMemory>(settings.unpacking_bytes);
    PipeRun pipe(settings, tables, files.path(0));
    if (!pipe.begin(files.take(0).value(), std::move(options))) return pipe.code();
    if (pipe.is_live()) return pipe.follow();
    return Run(settings, tables, filter, files, {}).go_on(pipe.give_up());
}

std::string no_pipe(const std::string& option, const InputFiles& files) {
    return fmt::format(
        "{} goes with -i, or with a pipe, which {} is not; \"tail -c +1 -f FILE | deadpeer --live -\" "
        "makes one of a file that grows",
        option, files.path(0));
}

}  // namespace

ExitCode run(const Settings& given) {
    const auto fail = [](const std::string& message) {
        print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
        return ExitCode::kUsage;
    };
    const Result<Tables> tables = load_tables(given.tables);
    if (!tables) return fail(tables.error().message);
    Settings settings = given;
    settings.analyzer.idle_timeouts = tables.value().knowledge.forgetting_times();
    if (settings.live) return run_live(settings, tables.value());
    if (!settings.follow.empty()) {
        const capture::FrameFilter filter = compiled(settings.filter);
        finish_when_stopped();
        return run_follow(settings, tables.value(), filter);
    }
    std::vector<std::string> folders_below;
    std::vector<InputName> names;
    if (settings.slim_of.empty()) {
        names = input_names(settings.inputs, folders_below);
    } else {
        auto parts = slim_parts(settings.slim_of, settings.inputs.front());
        if (!parts) return fail(parts.error().message);
        names = std::move(parts).value();
    }
    if (names.size() > Analyzer::kMaxInputs) {
        return fail(fmt::format("these are {} inputs; at most {} are read at once: join some with mergecap",
                                names.size(), Analyzer::kMaxInputs));
    }
    capture::FrameFilter filter = compiled(settings.filter);
    finish_when_stopped();
    InputFiles files(names);
    if (const std::string stream = files.stream(); !settings.evidence.empty() && !stream.empty()) {
        return fail(fmt::format("--evidence reads inputs again, and {} is no file; save it first", stream));
    }
    const bool is_pipe = files.size() == 1 && files.is_pipe(0);
    if (is_pipe && settings.pipe_is_live != false) return run_pipe(settings, tables.value(), filter, files);
    const std::string only_live = settings.pipe_is_live == true ? "--live" : settings.only_live;
    if (!only_live.empty() && files.is_there(0)) return fail(no_pipe(only_live, files));
    return Run(settings, tables.value(), filter, files, folders_below).go();
}

}  // namespace deadpeer::cli
