#include "deadpeer/analyzer.h"

#include "analyzer/impl.h"

namespace deadpeer {

void Analyzer::Impl::end_input(std::uint32_t input, const PacketSource& source,
                               InputSummary::Outcome outcome) {
    const std::uint64_t lost =
        inputs_.end(input, source, outcome, live_ ? std::optional(now_) : std::nullopt);
    if (!live_ && lost > 0) lost_frames_ = true;
}

RunSummary Analyzer::Impl::report_all() {
    if (!live_) note_hosts(clock_.now());
    const std::vector<Verdicts::Ended> connections = all_in_order();
    const auto last_time = [this](const FlowKey& key) { return last_time_of(key); };
    for (const Finding& peak : census_.peaks(options_.idle_after, last_time)) sink_.on_finding(peak);
    verdicts_.report_all(connections, capture_state());
    return run_summary(reported_early_ + connections.size());
}

RunSummary Analyzer::Impl::run_summary(std::uint64_t connections) const {
    RunSummary run;
    run.connections = connections;
    run.evicted_flows = evicted_;
    run.memory_bytes = memory();
    run.census_refused = census_.refused();
    run.heartbeats_refused = beats_.refused();
    run.hosts_refused = verdicts_.hosts_left_out();
    run.ranges_forgotten = ranges_.forgotten();
    run.fragmented_forgotten = reassembler_.forgotten();
    return run;
}

DecodedFrames::DecodedFrames() : content_(std::make_unique<Content>()) {}
DecodedFrames::~DecodedFrames() = default;
DecodedFrames::DecodedFrames(DecodedFrames&&) noexcept = default;
DecodedFrames& DecodedFrames::operator=(DecodedFrames&&) noexcept = default;

Analyzer::Analyzer(const AnalyzerOptions& options, ReportSink& sink)
    : impl_(std::make_unique<Impl>(options, sink)) {}
Analyzer::~Analyzer() = default;
std::uint32_t Analyzer::begin_input(const std::string& name) {
    return impl_->begin_input(name);
}
void Analyzer::consume(std::span<const FrameView> frames, std::uint32_t input, Nanoseconds read_at) {
    impl_->consume(frames, input, read_at);
}
void Analyzer::decode(std::span<const FrameView> frames, DecodedFrames& decoded) const {
    impl_->decode(frames, *decoded.content_);
}
void Analyzer::consume(std::span<const FrameView> frames, const DecodedFrames& decoded, std::uint32_t input) {
    impl_->consume(frames, *decoded.content_, input);
}
void Analyzer::end_input(std::uint32_t input, const PacketSource& source, InputSummary::Outcome outcome) {
    impl_->end_input(input, source, outcome);
}
ReadStatus Analyzer::read(PacketSource& source, const std::string& name) {
    const std::uint32_t input = begin_input(name);
    const auto batch = std::make_unique<FrameBatch>();
    ReadStatus status = ReadStatus::kIdle;
    while (status == ReadStatus::kFrames || status == ReadStatus::kIdle) {
        status = source.next(*batch);
        consume(batch->view(), input);
    }
    end_input(input, source, outcome_of(status));
    return status;
}

Status Analyzer::finish() {
    const RunSummary run = impl_->report_all();
    ReportSink& sink = impl_->sink();
    impl_.reset();  // the reports may need the memory
    return sink.finish(run);
}
void Analyzer::advance_time(Nanoseconds now) {
    impl_->advance_time(now);
}
std::optional<Nanoseconds> Analyzer::next_deadline() const {
    return impl_->next_deadline();
}
void Analyzer::capture_gap(const CaptureLoss& loss) {
    impl_->capture_gap(loss);
}
Status Analyzer::snapshot(ReportSink& sink, std::span<const PacketSource* const> sources,
                          const std::function<void()>& meanwhile) {
    return impl_->snapshot(sink, sources, meanwhile);
}

}  // namespace deadpeer
