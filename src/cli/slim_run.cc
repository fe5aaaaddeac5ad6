#include "cli/slim_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <utility>

#include "capture/file/slim_record.h"
#include "cli/confine.h"
#include "cli/name_list.h"
#include "cli/open_input.h"
#include "cli/settings.h"
#include "cli/signals.h"
#include "cli/slim_list.h"
#include "cli/standard_streams.h"
#include "report/text/text.h"

namespace deadpeer::cli {

ExitCode SlimRun::go() {
    if (!confine()) return code_;
    if (const std::string repeated = files_.repeated(); !repeated.empty()) complain(repeated);
    for (std::size_t place = 0; place < files_.size() && !over_; ++place) make(place);
    if (!passed_over_.empty() && !settings_.quiet)
        complain(fmt::format("passed over, as no captures: {}", name_list(passed_over_)));
    if (made_ == 0 && !over_) note(ExitCode::kNothingRead);
    return code_;
}

bool SlimRun::confine() {
    Settings settings;
    settings.sandbox = settings_.sandbox;
    std::vector<const ReportFolder*> folders;
    if (!settings_.to_standard_output()) {
        settings.output = settings_.output;
        auto opened = ReportFolder::open(settings_.output, "slim files");
        if (!opened) {
            complain(opened.error().message);
            note(ExitCode::kNotWritten);
            return false;
        }
        folder_ = std::move(opened).value();
        folders.push_back(folder_.get());
        auto names = folder_->names();
        if (names) begun_ = std::move(names).value();
        std::erase_if(begun_, [](const std::string& name) { return slim_file_begun(name).empty(); });
    }
    const auto confined = confine_for_files(settings, folders, files_.late());
    if (!confined) {
        complain(confined.error().message);
        note(ExitCode::kNotWritten);
        return false;
    }
    const std::string& warning = confined.value().warning;
    if (!warning.empty() && !settings_.quiet) complain(warning);
    return true;
}

OpenOptions SlimRun::open_options() const {
    OpenOptions options;
    options.keep_waiting = [] { return !stop_requested(); };
    return options;
}

// What folders hold besides captures, and slim files in a folder of captures.
bool SlimRun::is_passed_over(std::size_t place) const {
    if (!files_.from_folder(place)) return false;
    if (files_.path(place).ends_with(capture::kSlimSuffix)) return true;
    return is_no_capture(files_, place, open_options());
}

void SlimRun::make(std::size_t place) {
    const std::string& path = files_.path(place);
    if (is_passed_over(place)) return passed_over_.push_back(path);
    auto opened = open_input(path, files_.take(place), open_options());
    if (!opened) return refuse(opened.error().message);
    make(place, *opened.value());
}

// A slim file of a slim file is that of the capture itself.
capture::SlimBeginning SlimRun::original(std::size_t place, const PacketSource& source) const {
    capture::SlimBeginning original = {base_name(files_.path(place)), source.stats().bytes_total};
    if (const capture::SlimBeginning* const known = original_of(source)) original = *known;
    if (!settings_.name.empty()) original.name = settings_.name;
    return original;
}

void SlimRun::make(std::size_t place, PacketSource& source) {
    const capture::SlimBeginning beginning = original(place, source);
    const std::string& path = files_.path(place);
    if (beginning.name.size() > kLongestCaptureName)
        return refuse(fmt::format("{} has too long a name for its slim file; give it one with --name", path));
    const auto [other, fresh] = names_.try_emplace(beginning.name, path);
    if (!fresh) {
        return refuse(fmt::format("{} and {} are both called {}; give one another --name", other->second,
                                  path, beginning.name));
    }
    const std::string name = beginning.name + std::string(capture::kSlimSuffix);
    const Result<int> descriptor = create(name);
    if (!descriptor) {
        complain(descriptor.error().message);
        over_ = true;
        return note(ExitCode::kNotWritten);
    }
    Output output(descriptor.value());
    if (folder_ != nullptr) output.write_through();
    SlimWriter writer(output, beginning, settings_.level);
    progress_.begin(path);
    ReadStatus status = ReadStatus::kFrames;
    if (copy(source, writer, output, status)) {
        end(path, source, status, writer);
        output.flush();
        if (publish(output, name)) tell(beginning.name, source, writer);
    } else if (output.error() != 0) {
        publish(output, name);
    }
    if (folder_ != nullptr) folder_->discard();
}

void SlimRun::end(const std::string& path, const PacketSource& source, ReadStatus status,
                  SlimWriter& writer) {
    const ExitCode code = status == ReadStatus::kEnd ? ExitCode::kOk : ExitCode::kIncomplete;
    writer.finish(source, status, static_cast<std::uint64_t>(code));
    note(code);
    if (status == ReadStatus::kEnd) return;
    complain(fmt::format("{} is {} at {}; everything before that is in its slim file", path,
                         status == ReadStatus::kDamaged ? "damaged" : "truncated", source.status_detail()));
}

// False: it was stopped, or could not be written.
bool SlimRun::copy(PacketSource& source, SlimWriter& writer, const Output& output, ReadStatus& status) {
    const auto batch = std::make_unique<FrameBatch>();
    while (output.error() == 0) {
        if (stop_requested()) {
            complain("stopped by a signal; the slim file that was being made is not there");
            over_ = true;
            note(ExitCode::kIncomplete);
            return false;
        }
        status = source.next(*batch);
        if (status == ReadStatus::kIdle) continue;
        if (status != ReadStatus::kFrames) return true;
        writer.add(batch->view(), source.interfaces());
        progress_.update(source.stats());
    }
    return false;
}

Result<int> SlimRun::create(const std::string& name) {
    if (folder_ == nullptr) return STDOUT_FILENO;
    remove_begun(name);
    // Another run may make the same one.
    const std::string own = fmt::format("{}.{:08x}", name, std::random_device()());
    auto created = folder_->create(name, ReportFolder::temporary_name(own), ReportFolder::kFileMode);
    if (created) ::flock(created.value(), LOCK_EX | LOCK_NB);
    return created;
}

// What nobody has locked is nobody's.
void SlimRun::remove_begun(const std::string& name) {
    for (const std::string& begun : begun_) {
        if (slim_file_begun(begun) != name) continue;
        const int file = ::openat(folder_->descriptor(), begun.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (file < 0) continue;
        if (::flock(file, LOCK_EX | LOCK_NB) == 0) ::unlinkat(folder_->descriptor(), begun.c_str(), 0);
        ::close(file);
    }
}

// Whether the slim file is there.
bool SlimRun::publish(const Output& output, const std::string& name) {
    Status status = success();
    if (output.error() == 0) {
        if (folder_ != nullptr) status = folder_->publish();
    } else if (folder_ != nullptr) {
        status =
            Error{fmt::format("Cannot write {}/{}: {}. What was there before, if anything, is untouched.",
                              settings_.output, name, std::strerror(output.error()))};
    }
    if (status && output.error() == 0) {
        ++made_;
        return true;
    }
    progress_.clear();
    if (!status) complain(status.error().message);
    if (status) report_output_error(output.error());
    over_ = true;
    note(ExitCode::kNotWritten);
    return false;
}

void SlimRun::tell(const std::string& name, const PacketSource& source, const SlimWriter& writer) {
    if (settings_.quiet) return;
    progress_.clear();
    const auto read = static_cast<double>(source.stats().bytes_read);
    const auto written = static_cast<double>(writer.bytes_written());
    const std::string text =
        fmt::format("{}: {} frames, {} in {} ({:.1f} times)\n", printable(name), writer.frames(),
                    size_text(read), size_text(written), written > 0 ? read / written : 0);
    if (folder_ == nullptr) {
        print(STDERR_FILENO, text);
    } else if (!print_out(text)) {
        note(ExitCode::kNotWritten);
    }
}

void SlimRun::complain(const std::string& message) {
    progress_.clear();
    print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
}

void SlimRun::refuse(const std::string& reason) {
    complain(reason);
    note(ExitCode::kIncomplete);
}

}  // namespace deadpeer::cli
