// EvidenceCaptures: a small pcapng capture for each incident, with the frames that prove it; gathered as a
// sink.
//
//     EvidenceCaptures evidence(folder, reopen);
//     ... the analysis tells it its findings and flows
//     evidence.file_of(1);     // "incident-0001-peer_dead-192.0.2.7-443.pcapng"
//
// What:    once everything is told the inputs are read twice more: to find the frames, then to copy them, as
//          they are, each with a comment that says what it proves and where it stands. The files appear
//          whole, and those that an earlier run left in the folder go.
// Bounds:  kMostFiles incidents, the worst; kMostBytes of frames in all.
// Memory:  kMostAtOnce of frames: where there are more the inputs are read once more.
//          With an Anonymiser their addresses are hidden and their payload is left out, as AnonymousFrame
//          says.
// Lifetime: the folder and the anonymiser must outlive it.
// Threads: one thread at a time.
// Errors:  finish() tells the first one, and then file_of() names none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "deadpeer/result.h"
#include "deadpeer/sink.h"
#include "deadpeer/source.h"
#include "evidence/anonymous_frame.h"
#include "evidence/frame_choice.h"
#include "evidence/pcapng_file.h"
#include "evidence/proofs.h"
#include "report/incident/incidents.h"
#include "report/storage/report_folder.h"

namespace deadpeer {

// "incident-0001-peer_dead-192.0.2.7-443.pcapng": letters, digits, `.`, `_` and `-` only.
std::string evidence_file_name(std::uint64_t number, const Incident& incident);
// Whether a file is called like one of them.
bool is_evidence_file_name(std::string_view name);

class EvidenceCaptures final : public ReportSink {
public:
    static constexpr std::size_t kMostFiles = 1000;
    static constexpr std::size_t kMostBytes = std::size_t{256} << 20;
    static constexpr std::size_t kMostAtOnce = std::size_t{64} << 20;

    // An input of the analysis, by its index, from the beginning.
    using Reopen = std::function<Result<std::unique_ptr<PacketSource>>(std::uint32_t input)>;

    // `anonymiser`: has hidden the addresses of what it is told, and hides those of the frames; may be null.
    EvidenceCaptures(ReportFolder& folder, Reopen reopen, Anonymiser* anonymiser = nullptr);

    void on_input_end(std::uint32_t file, const InputSummary& summary) override;
    void on_finding(const Finding& finding) override;
    void on_flow(const FlowSummary& flow) override { proofs_.add(flow); }
    Status finish(const RunSummary& run) override;

    // Of the incident with this number, from 1; empty if there is none. Writes the files when it is asked
    // first. REQUIRES: all findings and flows have been told.
    [[nodiscard]] std::string_view file_of(std::uint64_t incident);

    [[nodiscard]] std::size_t files() const { return files_written_; }
    // How many incidents have none for lack of room.
    [[nodiscard]] std::size_t left_out() const { return left_out_; }

private:
    struct Input {
        std::string name;  // to be shown
        std::uint64_t frames = 0;
        bool refused = true;
    };
    struct File {
        std::string name;
        std::uint32_t first_input = 0;
        bool of_several_inputs = false;
        std::size_t bytes = 0;
        std::unique_ptr<PcapngFile> content = nullptr;
        bool written = false;
    };
    using Chosen = std::span<const ChosenFrame>;

    Status write();
    Status write_all();
    Result<std::vector<ChosenFrame>> choose(std::span<const Incident> incidents);
    void plan(Chosen chosen);
    Status copy(Chosen chosen, std::size_t from, std::size_t to);
    void copy(const ChosenFrame& chosen, const FrameView& frame, const PacketSource& source);
    Status publish(std::size_t from, std::size_t to);
    Status remove_stale();
    // Calls `visit` with each frame that the analysis got of an input.
    template <typename Visit>
    Status read(std::uint32_t input, const Visit& visit);

    ReportFolder& folder_;
    Reopen reopen_;
    Anonymiser* anonymiser_;
    std::optional<AnonymousFrame> anonymous_frame_;
    Incidents incidents_;
    Proofs proofs_;
    std::vector<Input> inputs_;
    std::vector<File> files_;  // by incident
    std::size_t files_written_ = 0;
    std::size_t left_out_ = 0;
    bool done_ = false;
    Status status_ = success();
};

}  // namespace deadpeer
