#include "evidence/evidence_captures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "deadpeer/names.h"
#include "report/storage/output.h"
#include "report/text/text.h"

namespace deadpeer {
namespace {

constexpr std::string_view kBegin = "incident-";
constexpr std::string_view kEnd = ".pcapng";
constexpr std::string_view kAnonymous =
    "Addresses are other ones than were captured, so that checksums are wrong; payload is left out.";
constexpr std::size_t kPublishedAtOnce = 32;  // each is open until then
constexpr std::size_t kBlockBytes = 64;       // about what a frame takes besides its bytes and its comment

bool is_safe(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_';
}

}  // namespace

std::string evidence_file_name(std::uint64_t number, const Incident& incident) {
    std::string name = fmt::format("{}{:04}-{}", kBegin, number, to_string(incident.cause.kind));
    if (incident.subject.address != IpAddress{}) name += "-" + to_string(incident.subject.address);
    if (incident.subject.port != 0) name += fmt::format("-{}", incident.subject.port);
    std::ranges::replace_if(
        name, [](char c) { return !is_safe(c); }, '-');
    return name.append(kEnd);
}

bool is_evidence_file_name(std::string_view name) {
    if (!name.starts_with(kBegin) || !name.ends_with(kEnd)) return false;
    name.remove_prefix(kBegin.size());
    const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
    return digits >= 4 && name.substr(digits).starts_with('-');
}

EvidenceCaptures::EvidenceCaptures(ReportFolder& folder, Reopen reopen, Anonymiser* anonymiser)
    : folder_(folder), reopen_(std::move(reopen)), anonymiser_(anonymiser) {
    if (anonymiser != nullptr) anonymous_frame_.emplace(*anonymiser);
}

void EvidenceCaptures::on_input_end(std::uint32_t file, const InputSummary& summary) {
    if (inputs_.size() <= file) inputs_.resize(file + 1);
    inputs_[file] = {printable(base_name(summary.name)), summary.source.frames,
                     summary.outcome == InputSummary::Outcome::kRefused};
}

void EvidenceCaptures::on_finding(const Finding& finding) {
    incidents_.add(finding);
    proofs_.add(finding);
}

Status EvidenceCaptures::finish(const RunSummary&) {
    return write();
}

std::string_view EvidenceCaptures::file_of(std::uint64_t incident) {
    if (!write()) return {};
    const bool known = incident >= 1 && incident <= files_.size() && files_[incident - 1].written;
    return known ? std::string_view(files_[incident - 1].name) : std::string_view();
}

Status EvidenceCaptures::write() {
    if (!std::exchange(done_, true)) status_ = write_all();
    return status_;
}

Status EvidenceCaptures::write_all() {
    const std::vector<Incident> incidents = incidents_.list();
    const std::size_t count = std::min(incidents.size(), kMostFiles);
    left_out_ = incidents.size() - count;
    for (std::size_t i = 0; i < count; ++i) {
        files_.emplace_back();
        files_.back().name = evidence_file_name(i + 1, incidents[i]);
    }
    auto chosen = choose(std::span(incidents).first(count));
    if (!chosen) return chosen.error();
    plan(chosen.value());
    for (std::size_t from = 0; from < files_.size();) {
        std::size_t to = from;
        for (std::size_t bytes = 0; to < files_.size(); ++to) {
            bytes += files_[to].bytes;
            if (to > from && bytes > kMostAtOnce) break;
        }
        Status status = copy(chosen.value(), from, to);
        if (status) status = publish(from, to);
        if (!status) return status;
        from = to;
    }
    return remove_stale();
}

template <typename Visit>
Status EvidenceCaptures::read(std::uint32_t input, const Visit& visit) {
    if (input >= inputs_.size() || inputs_[input].refused) return success();
    auto source = reopen_(input);
    if (!source)
        return Error{fmt::format("Cannot read {} again for --evidence: {}", inputs_[input].name,
                                 source.error().message)};
    const auto batch = std::make_unique<FrameBatch>();
    while (source.value()->next(*batch) == ReadStatus::kFrames) {
        for (const FrameView& frame : batch->view()) {
            // A file that has grown since then holds more.
            if (frame.number > inputs_[input].frames || !visit(frame, *source.value())) return success();
        }
    }
    return success();
}

Result<std::vector<ChosenFrame>> EvidenceCaptures::choose(std::span<const Incident> incidents) {
    FrameChoice choice(anonymiser_);
    for (std::uint32_t i = 0; i < incidents.size(); ++i) choice.add(i, i + 1, incidents[i], proofs_);
    for (const std::uint32_t file : choice.files()) {
        const Status status = read(file, [&](const FrameView& frame, const PacketSource&) {
            choice.look_at(file, frame);
            return true;
        });
        if (!status) return status.error();
    }
    return choice.finish();
}

// How large each will be; those beyond the room go without.
void EvidenceCaptures::plan(Chosen chosen) {
    for (const ChosenFrame& frame : chosen) {
        File& file = files_[frame.incident];
        if (file.bytes == 0) file.first_input = frame.place.file;
        file.of_several_inputs |= file.first_input != frame.place.file;
        file.bytes += frame.bytes + frame.comment.size() + kBlockBytes;
    }
    std::size_t room = kMostBytes;
    for (File& file : files_) {
        if (file.bytes == 0) continue;
        if (file.bytes > room) {
            file.bytes = 0;
            ++left_out_;
            continue;
        }
        room -= file.bytes;
    }
}

// The frames of these files, into memory.
Status EvidenceCaptures::copy(Chosen chosen, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
        if (files_[i].bytes > 0)
            files_[i].content = std::make_unique<PcapngFile>(anonymous_frame_ ? kAnonymous : "");
    }
    while (!chosen.empty()) {
        const std::uint32_t file = chosen.front().place.file;
        const auto end = std::ranges::find_if(chosen, [&](const auto& f) { return f.place.file != file; });
        Chosen here = chosen.first(static_cast<std::size_t>(end - chosen.begin()));
        chosen = chosen.subspan(here.size());
        const bool wanted = std::ranges::any_of(
            here, [&](const ChosenFrame& f) { return files_[f.incident].content != nullptr; });
        if (!wanted) continue;
        const Status status = read(file, [&](const FrameView& frame, const PacketSource& source) {
            for (; !here.empty() && here.front().place.frame <= frame.number; here = here.subspan(1)) {
                if (here.front().place.frame == frame.number) copy(here.front(), frame, source);
            }
            return !here.empty();
        });
        if (!status) return status;
    }
    return success();
}

void EvidenceCaptures::copy(const ChosenFrame& chosen, const FrameView& frame, const PacketSource& source) {
    PcapngFile* content = files_[chosen.incident].content.get();
    if (content == nullptr) return;
    PcapngFile::Interface interface = {{}, frame.link_type, 0, frame.fcs_bytes};
    if (frame.interface < source.interfaces().size()) {
        interface.name = source.interfaces()[frame.interface].name;
        interface.snap_length = source.interfaces()[frame.interface].snap_length;
    }
    const std::string place = fmt::format("Frame {} of {}.", frame.number, inputs_[chosen.place.file].name);
    content->add(anonymous_frame_ ? anonymous_frame_->of(frame) : frame, content->interface_of(interface),
                 chosen.comment.empty() ? place : chosen.comment + " " + place);
}

Status EvidenceCaptures::publish(std::size_t from, std::size_t to) {
    std::vector<File*> waiting;
    const auto publish_waiting = [&] {
        Status status = folder_.publish();
        if (!status) return status;
        for (File* file : waiting) file->written = true;
        files_written_ += waiting.size();
        waiting.clear();
        return status;
    };
    for (std::size_t i = from; i < to; ++i) {
        File& file = files_[i];
        if (file.content == nullptr) continue;
        if (file.of_several_inputs) file.content->sort_by_time();
        const Result<int> descriptor = folder_.create(file.name);
        if (!descriptor) return descriptor.error();
        Output output(descriptor.value());
        output.append(file.content->bytes());
        output.flush();
        file.content.reset();
        if (output.error() != 0)
            return Error{fmt::format("Cannot write {}/{}: {}.", printable(folder_.path()), file.name,
                                     std::strerror(output.error()))};
        waiting.push_back(&file);
        if (waiting.size() < kPublishedAtOnce) continue;
        if (Status status = publish_waiting(); !status) return status;
    }
    return publish_waiting();
}

// The folder tells one story: captures that an earlier run left there, whole or begun, are of another.
Status EvidenceCaptures::remove_stale() {
    const auto names = folder_.names();
    if (!names) return names.error();
    std::vector<std::string> stale;
    for (const std::string& each : names.value()) {
        std::string_view name = each;
        const bool begun = name.starts_with('.') && name.ends_with(".tmp");
        if (begun) name = name.substr(1, name.size() - 5);
        const bool ours =
            std::ranges::any_of(files_, [&](const File& f) { return f.written && f.name == name; });
        if (is_evidence_file_name(name) && (begun || !ours)) stale.push_back(each);
    }
    for (const std::string& name : stale) {
        if (Status removed = folder_.remove_stale(name); !removed) return removed;
    }
    return success();
}

}  // namespace deadpeer
