#include "cli/diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "cli/command_line.h"
#include "cli/short_help.h"
#include "cli/standard_streams.h"
#include "diff/difference_csv.h"
#include "diff/difference_text.h"
#include "diff/trend.h"
#include "diff/trend_report.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

constexpr std::string_view kGettingMore = "getting_more";

// What several runs tell of; the others compare two.
constexpr std::array kOfTrends = {Change::kNewDeadPeer, Change::kNewRebootedPeer, Change::kNewSuspect,
                                  Change::kNewProblem,  Change::kChronic,         Change::kResolved,
                                  Change::kNewEvent};

bool told_by(Change change, const DiffSettings& settings) {
    return settings.folders.size() == 2 ||
           std::find(kOfTrends.begin(), kOfTrends.end(), change) != kOfTrends.end();
}

// Empty, or which word is no change. REQUIRES: the folders are known.
std::string take_fail_on(const std::vector<std::string>& words, DiffSettings& settings) {
    for (const std::string& word : words) {
        const auto found = std::find(kChangeNames.begin(), kChangeNames.end(), word);
        const auto i = static_cast<std::size_t>(found - kChangeNames.begin());
        if (word == "any") {
            settings.fail_on.set();
            settings.fail_on.reset(static_cast<std::size_t>(Change::kChronic));
            settings.fail_on_more = true;
        } else if (word == kGettingMore) {
            settings.fail_on_more = true;
        } else if (found == kChangeNames.end()) {
            return fmt::format("--fail-on: '{}' is neither a change ({}), {} nor any", word,
                               fmt::join(kChangeNames, ", "), kGettingMore);
        } else if (!told_by(static_cast<Change>(i), settings)) {
            return fmt::format("--fail-on {} compares two folders, here are {}", word,
                               settings.folders.size());
        } else {
            settings.fail_on.set(i);
        }
    }
    return {};
}

void complain(const std::string& message) {
    print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
}

// `write` writes the CSV; the text and the counts are functions too, as only some of the three are wanted.
template <typename Write, typename Text, typename Counts>
ExitCode print_comparison(const DiffSettings& settings, Write write, Text text, Counts counts) {
    if (!settings.csv) return print_out(text()) ? ExitCode::kOk : ExitCode::kNotWritten;
    Output output(STDOUT_FILENO);
    Cells cells(output, CsvDialect{});
    write(cells);
    output.flush();
    if (output.error() != 0) {
        report_output_error(output.error());
        return ExitCode::kNotWritten;
    }
    if (!settings.quiet) print(STDERR_FILENO, counts());
    return ExitCode::kOk;
}

bool matches(const Difference& difference, const DiffSettings& settings) {
    for (std::size_t i = 0; i < kChangeNames.size(); ++i) {
        if (settings.fail_on[i] && difference.count(static_cast<Change>(i)) > 0) return true;
    }
    return settings.fail_on_more &&
           std::any_of(difference.services.begin(), difference.services.end(), [](const ServiceChange& each) {
               return each.change == Change::kChronic && each.after > each.before;
           });
}

Change change_of(const TrendRow& row) {
    if (row.standing == Standing::kChronic) return Change::kChronic;
    if (row.standing != Standing::kNew) return Change::kResolved;
    return row.problem.verdict == Verdict::kNone ? Change::kNewEvent : change_to(row.problem.verdict);
}

bool matches(const std::vector<TrendRow>& rows, const DiffSettings& settings) {
    return std::any_of(rows.begin(), rows.end(), [&](const TrendRow& row) {
        if (row.standing == Standing::kAbsent) return false;
        return settings.fail_on[static_cast<std::size_t>(change_of(row))] ||
               (settings.fail_on_more && row.standing == Standing::kChronic &&
                row.tendency == Tendency::kMore);
    });
}

ExitCode result(ExitCode told, bool matched) {
    return matched ? worse_of(told, ExitCode::kFailOn) : told;
}

ExitCode compare_two(const DiffSettings& settings) {
    Result<Snapshot> before = load_snapshot(settings.folders[0]);
    Result<Snapshot> after = before ? load_snapshot(settings.folders[1]) : before.error();
    if (!after) {
        complain(after.error().message);
        return ExitCode::kNothingRead;
    }
    const Difference difference = compare(before.value(), after.value());
    const ExitCode told = print_comparison(
        settings, [&](Cells& cells) { write_difference(cells, difference); },
        [&] { return text_of(difference); }, [&] { return counts_of(difference); });
    return result(told, matches(difference, settings));
}

// In which the first connection began.
Nanoseconds begin_of(const Snapshot& run) {
    Nanoseconds begin = kNoTime;
    for (const FlowRecord& flow : run.flows) {
        if (begin == kNoTime || (flow.first_time != kNoTime && flow.first_time < begin)) {
            begin = flow.first_time;
        }
    }
    return begin;
}

ExitCode report_trend(const DiffSettings& settings) {
    Trend trend;
    Nanoseconds last_begin = kNoTime;
    for (const std::string& folder : settings.folders) {
        Result<Snapshot> run = load_snapshot(folder);
        if (!run) {
            complain(run.error().message);
            return ExitCode::kNothingRead;
        }
        const Nanoseconds begin = begin_of(run.value());
        if (begin != kNoTime && last_begin != kNoTime && begin < last_begin) {
            complain(
                fmt::format("{} begins before the folder named before it; name the oldest first, or the "
                            "trend runs backwards.",
                            folder));
        }
        if (begin != kNoTime) last_begin = begin;
        trend.add(folder, run.value());
    }
    const std::vector<TrendRow> rows = trend.rows();
    const ExitCode told = print_comparison(
        settings, [&](Cells& cells) { write_trend(cells, trend, rows); },
        [&] { return trend_text(trend, rows); }, [&] { return trend_counts(trend, rows); });
    return result(told, matches(rows, settings));
}

}  // namespace

void add_diff_options(CLI::App& app, DiffWords& words) {
    app.add_option("FOLDER", words.folders, "");
    app.add_flag("--csv", words.csv, "Print CSV, one row for each difference or problem");
    app.add_option("-o", words.output, "- is the same as --csv")->type_name("-");
    app.add_option("--fail-on", words.fail_on,
                   "Exit with 10 if one of these changes is found, or any but chronic")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("WORDS");
    app.add_flag("-q", words.quiet, "No counts beside CSV");
}

std::variant<DiffSettings, Answer> parse_diff_arguments(int argc, const char* const* argv) {
    CLI::App app{
        "Compares the reports of two runs: what died, what changed, what is gone, what is new. Of more runs, "
        "the\noldest first, it tells the trend: which problems of which services are new, chronic, resolved.",
        "deadpeer diff"};
    DiffWords words;
    app.formatter(
        std::make_shared<ShortHelp>("deadpeer diff OLD... NEW [OPTION...]   (folders that -o wrote)"));
    add_diff_options(app, words);
    app.footer(
        fmt::format("Changes: {}\n  getting_more (a chronic problem). Of more than two folders: new_..., "
                    "chronic, resolved, getting_more.\n\nExit codes: 0 compared, 1 usage, 3 a report cannot "
                    "be read, 4 not "
                    "printed, 10 --fail-on.",
                    fmt::join(kChangeNames, " ")));
    if (auto answer = parse_words(app, argc - 1, argv + 1)) return *std::move(answer);
    DiffSettings settings;
    settings.folders = words.folders;
    settings.csv = words.csv || words.output == "-";
    settings.quiet = words.quiet;
    if (settings.folders.size() < 2) {
        return usage_error(app, "diff compares two folders or more: deadpeer diff OLD... NEW");
    }
    if (!words.output.empty() && words.output != "-")
        return usage_error(app, "diff prints only: -o takes nothing but -");
    const std::string wrong = take_fail_on(words.fail_on, settings);
    if (!wrong.empty()) return usage_error(app, wrong);
    return settings;
}

ExitCode run_diff(const DiffSettings& settings) {
    return settings.folders.size() == 2 ? compare_two(settings) : report_trend(settings);
}

}  // namespace deadpeer::cli
