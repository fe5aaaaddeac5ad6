#include "report/storage/period_folders.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/file_kind.h"
#include "core/parse_number.h"
#include "report/reports.h"
#include "report/text/text.h"
#include "report/text/time_text.h"

namespace deadpeer {
namespace {

class Descriptor {
public:
    Descriptor(int folder, const char* name, int flags)
        : value_(
              static_cast<int>(TEMP_FAILURE_RETRY(::openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC)))) {}
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int value() const { return value_; }

private:
    int value_;
};

Error failure(const std::string& what, const ReportFolder& folder, const std::string& name) {
    const int error = errno;
    return {fmt::format("Cannot {} {}: {}. The reports stay where they are.", what,
                        printable(folder.path() + "/" + name), std::strerror(error))};
}

bool holds_report(const ReportFolder& folder) {
    return std::ranges::any_of(file_names(), [&](const std::string& name) {
        struct stat info {};
        return ::fstatat(folder.descriptor(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    });
}

// Only files are moved: what else has a report's name is none of ours.
Status check_reports(const ReportFolder& folder, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        struct stat info {};
        const bool there = ::fstatat(folder.descriptor(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
        if (!there || S_ISREG(info.st_mode)) continue;
        return Error{fmt::format("{} is {}, not a report. Move it away, or choose another folder.",
                                 printable(folder.path() + "/" + name), file_kind(info.st_mode))};
    }
    return success();
}

// A new folder for the period; empty with errno if there can be none.
std::string make_period_folder(const ReportFolder& folder, Nanoseconds began) {
    constexpr unsigned kMostOfOneSecond = 10'000;
    for (unsigned number = 1; number <= kMostOfOneSecond; ++number) {
        std::string name = period_name(began, number);
        if (::mkdirat(folder.descriptor(), name.c_str(), ReportFolder::kFolderMode) == 0) return name;
        if (errno != EEXIST) break;
    }
    return {};
}

// The earliest of the times at the beginning of a report; whatever its dialect, they have that form, or else
// none is found.
std::optional<Nanoseconds> earliest_time_in(const ReportFolder& folder, const std::string& report) {
    const Descriptor file(folder.descriptor(), report.c_str(), O_RDONLY | O_NONBLOCK);
    std::array<char, 65536> bytes{};
    const ssize_t n =
        file.value() < 0 ? -1 : TEMP_FAILURE_RETRY(::read(file.value(), bytes.data(), bytes.size()));
    std::string_view text(bytes.data(), n < 0 ? 0 : static_cast<std::size_t>(n));
    std::optional<Nanoseconds> earliest;
    for (; text.size() >= kUtcSecond.size(); text.remove_prefix(1)) {
        const std::optional<Nanoseconds> time = parse_utc_second(text.substr(0, kUtcSecond.size()));
        const bool usable = time && *time >= 0;
        if (usable && (!earliest || *time < *earliest)) earliest = time;
    }
    return earliest;
}

// A machine that went down in the middle of a row left part of it.
void cut_after_last_row(const ReportFolder& folder, const std::string& report) {
    const Descriptor file(folder.descriptor(), report.c_str(), O_RDWR | O_NONBLOCK);
    struct stat info {};
    if (file.value() < 0 || ::fstat(file.value(), &info) != 0 || !S_ISREG(info.st_mode)) return;
    std::array<char, 65536> bytes{};
    const off_t from = std::max<off_t>(0, info.st_size - static_cast<off_t>(bytes.size()));
    const ssize_t n = TEMP_FAILURE_RETRY(::pread(file.value(), bytes.data(), bytes.size(), from));
    const std::string_view end(bytes.data(), n < 0 ? 0 : static_cast<std::size_t>(n));
    const std::size_t line_end = end.find_last_of('\n');
    if (line_end == std::string_view::npos || line_end + 1 == end.size()) return;
    const off_t whole = from + static_cast<off_t>(line_end) + 1;
    if (TEMP_FAILURE_RETRY(::ftruncate(file.value(), whole)) != 0) return;  // then it stays
}

bool is_events(std::string_view name) {
    return name == file_name(Report::kEvents) || name == file_name(Report::kEvents, Format::kJsonLines);
}

// REQUIRES: holds_report().
Nanoseconds begin_of_earlier(const ReportFolder& folder) {
    for (const Report report : {Report::kCapture, Report::kEvents}) {
        for (const Format format : {Format::kCsv, Format::kJsonLines}) {
            if (const auto time = earliest_time_in(folder, file_name(report, format))) return *time;
        }
    }
    struct stat info {};
    for (const std::string& name : file_names()) {
        if (::fstatat(folder.descriptor(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (is_events(name)) break;
    }
    return info.st_mtim.tv_sec * kSecond;
}

bool is_folder(const ReportFolder& folder, const std::string& name) {
    struct stat info {};
    return ::fstatat(folder.descriptor(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(info.st_mode);
}

// None, if they cannot be told.
std::vector<std::string> names_in(const ReportFolder& folder) {
    auto names = folder.names();
    return names ? std::move(names).value() : std::vector<std::string>();
}

constexpr std::string_view kForm = "00000000T000000Z";  // 0: a digit

// Which of the periods that began in its second; 0 for any other name.
unsigned number_of(std::string_view name) {
    const std::string_view second = name.substr(0, kForm.size());
    const bool has_form = std::equal(second.begin(), second.end(), kForm.begin(), kForm.end(),
                                     [](char c, char f) { return f == '0' ? c >= '0' && c <= '9' : c == f; });
    if (!has_form) return 0;
    const std::string_view rest = name.substr(kForm.size());
    if (rest.empty()) return 1;
    return rest.size() < 2 || rest[0] != '-' ? 0 : parse_number<unsigned>(rest.substr(1)).value_or(0);
}

bool is_period(const ReportFolder& folder, const std::string& name) {
    return number_of(name) != 0 && is_folder(folder, name);
}

// The names of period folders, the oldest first.
std::vector<std::string> periods_in(const ReportFolder& folder) {
    std::vector<std::string> names = names_in(folder);
    std::erase_if(names, [&](const std::string& name) { return !is_period(folder, name); });
    std::ranges::sort(names, {}, [](const std::string& name) {
        return std::make_pair(std::string_view(name).substr(0, kForm.size()), number_of(name));
    });
    return names;
}

// The reports of a period, finished or not.
std::vector<std::string> names_of_all() {
    std::vector<std::string> names = file_names();
    for (const std::string& name : file_names()) names.push_back(ReportFolder::temporary_name(name));
    return names;
}

bool has_other_names(const ReportFolder& folder, const std::string& name) {
    struct stat info {};
    return ::fstatat(folder.descriptor(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           !S_ISDIR(info.st_mode) && info.st_nlink > 1;
}

Status remove_period(const ReportFolder& folder, const std::string& name) {
    const Descriptor period(folder.descriptor(), name.c_str(), O_RDONLY | O_DIRECTORY);
    if (period.value() < 0) return failure("open", folder, name);
    for (const std::string& report : file_names()) {
        if (::unlinkat(period.value(), report.c_str(), 0) != 0 && errno != ENOENT) {
            return failure("remove", folder, fmt::format("{}/{}", name, report));
        }
    }
    const bool removed = ::unlinkat(folder.descriptor(), name.c_str(), AT_REMOVEDIR) == 0;
    if (removed || errno == ENOTEMPTY || errno == EEXIST) return success();  // somebody else's files stay
    return failure("remove", folder, name);
}

Status move_into(const ReportFolder& folder, const std::string& period_folder,
                 const std::vector<std::string>& names) {
    const Descriptor period(folder.descriptor(), period_folder.c_str(), O_RDONLY | O_DIRECTORY);
    if (period.value() < 0) return failure("open", folder, period_folder);
    for (const std::string& name : names) {
        if (::renameat(folder.descriptor(), name.c_str(), period.value(), name.c_str()) != 0 &&
            errno != ENOENT) {
            return failure("move", folder, name);
        }
    }
    if (TEMP_FAILURE_RETRY(::fsync(period.value())) != 0 ||
        TEMP_FAILURE_RETRY(::fsync(folder.descriptor())) != 0) {
        return failure("make durable", folder, period_folder);
    }
    return success();
}

}  // namespace

std::string period_name(Nanoseconds began, unsigned number) {
    std::array<char, kTimeTextCapacity> text{};
    write_utc(text.data(), began);
    std::string name;
    for (const char c : std::string_view(text.data(), kUtcSecond.size())) {
        if (c != '-' && c != ':') name += c;
    }
    return name + (number == 1 ? "Z" : fmt::format("Z-{}", number));
}

Status move_reports(const ReportFolder& folder, Nanoseconds began) {
    if (!holds_report(folder)) return success();
    // Those of events go last: as long as they stay, the period is not over.
    const std::vector<std::string> names = file_names();
    if (Status good = check_reports(folder, names); !good) return good;
    const std::string period_folder = make_period_folder(folder, began);
    if (period_folder.empty()) return failure("create", folder, period_name(began));
    Status moved = move_into(folder, period_folder, names);
    if (!moved) ::unlinkat(folder.descriptor(), period_folder.c_str(), AT_REMOVEDIR);  // only if it is empty
    return moved;
}

Status move_earlier_reports(const ReportFolder& folder) {
    if (!holds_report(folder)) return success();
    const Nanoseconds began = begin_of_earlier(folder);
    for (const Format format : {Format::kCsv, Format::kJsonLines}) {
        cut_after_last_row(folder, file_name(Report::kEvents, format));
    }
    return move_reports(folder, began);
}

Status keep_latest(const ReportFolder& folder, std::size_t keep) {
    std::vector<std::string> periods = periods_in(folder);
    // What killed runs left empty is no period.
    std::erase_if(periods, [&](const std::string& name) {
        return ::unlinkat(folder.descriptor(), name.c_str(), AT_REMOVEDIR) == 0;
    });
    for (std::size_t i = 0; i + keep < periods.size(); ++i) {
        Status removed = remove_period(folder, periods[i]);
        if (!removed) return removed;
    }
    return success();
}

bool holds_only_reports(const ReportFolder& folder) {
    const std::vector<std::string> ours = names_of_all();
    const std::vector<std::string> names = names_in(folder);
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        return name == "." || name == ".." || is_period(folder, name) ||
               std::find(ours.begin(), ours.end(), name) != ours.end();
    });
}

Status give_reports(const ReportFolder& folder, uid_t user, gid_t group) {
    std::vector<std::string> given = names_of_all();
    for (const std::string& period : periods_in(folder)) {
        for (const std::string& name : file_names()) given.push_back((period + '/').append(name));
        given.push_back(period);
    }
    given.emplace_back(".");
    for (const std::string& name : given) {
        if (has_other_names(folder, name)) {
            return Error{fmt::format(
                "{} is a hard link: under another name it is somebody else's, and it is not given to "
                "the user of -Z. Remove it, or choose another folder.",
                printable(folder.path() + "/" + name))};
        }
        if (::fchownat(folder.descriptor(), name.c_str(), user, group, AT_SYMLINK_NOFOLLOW) != 0 &&
            errno != ENOENT) {
            return Error{
                fmt::format("Cannot give the reports in {} to the user of -Z: {}. Name another user with -Z.",
                            folder.path(), std::strerror(errno))};
        }
    }
    return success();
}

}  // namespace deadpeer
