#include "cli/diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "cli/short_help.h"
#include "cli/standard_streams.h"
#include "diff/difference_csv.h"
#include "diff/difference_text.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

// Empty, or which word is no change.
std::string take_fail_on(const std::vector<std::string>& words, DiffSettings& settings) {
    for (const std::string& word : words) {
        const auto found = std::find(kChangeNames.begin(), kChangeNames.end(), word);
        if (word == "any") {
            settings.fail_on.set();
        } else if (found != kChangeNames.end()) {
            settings.fail_on.set(static_cast<std::size_t>(found - kChangeNames.begin()));
        } else {
            return fmt::format("--fail-on: '{}' is neither a change ({}) nor any", word,
                               fmt::join(kChangeNames, ", "));
        }
    }
    return {};
}

Answer usage_error(const std::string& what) {
    return {fmt::format("deadpeer: {}\nTry deadpeer diff --help.\n", printable(what)), ExitCode::kUsage};
}

void complain(const std::string& message) {
    print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
}

ExitCode write_csv(const Difference& difference) {
    Output output(STDOUT_FILENO);
    Cells cells(output, CsvDialect{});
    write_difference(cells, difference);
    output.flush();
    if (output.error() == 0) return ExitCode::kOk;
    tell_of_standard_output(output.error());
    return ExitCode::kNotWritten;
}

ExitCode tell(const Difference& difference, const DiffSettings& settings) {
    if (!settings.csv) {
        return print_out(text_of(difference)) ? ExitCode::kOk : ExitCode::kNotWritten;
    }
    const ExitCode written = write_csv(difference);
    if (written == ExitCode::kOk && !settings.quiet) print(STDERR_FILENO, counts_of(difference));
    return written;
}

bool matches(const Difference& difference, const DiffSettings& settings) {
    for (std::size_t i = 0; i < kChangeNames.size(); ++i) {
        if (settings.fail_on[i] && difference.count(static_cast<Change>(i)) > 0) return true;
    }
    return false;
}

}  // namespace

std::variant<DiffSettings, Answer> parse_diff_arguments(int argc, const char* const* argv) {
    CLI::App app{"Compares the reports of two runs: what died, what changed, what is gone, what is new.",
                 "deadpeer diff"};
    DiffSettings settings;
    std::vector<std::string> folders;
    std::vector<std::string> fail_on;
    std::string output;
    app.formatter(std::make_shared<ShortHelp>("deadpeer diff OLD NEW [OPTION...]   (folders that -o wrote)"));
    app.add_option("FOLDER", folders, "");
    app.add_flag("--csv", settings.csv, "Print CSV, one row for each difference");
    app.add_option("-o", output, "- is the same as --csv")->type_name("-");
    app.add_option("--fail-on", fail_on, "Exit with 10 if one of these changes is found, or any")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("WORDS");
    app.add_flag("-q", settings.quiet, "No counts beside CSV");
    app.footer(
        fmt::format("Changes: {}\n\nExit codes: 0 compared, 1 usage, 3 a report cannot be read, 4 not "
                    "printed, 10 --fail-on.",
                    fmt::join(kChangeNames, " ")));
    try {
        app.parse(argc - 1, argv + 1);
    } catch (const CLI::CallForHelp&) {
        return Answer{app.help()};
    } catch (const CLI::ParseError& error) {
        return usage_error(error.what());
    }
    if (folders.size() != 2) return usage_error("diff compares two folders: deadpeer diff OLD NEW");
    if (!output.empty() && output != "-") return usage_error("diff prints only: -o takes nothing but -");
    const std::string wrong = take_fail_on(fail_on, settings);
    if (!wrong.empty()) return usage_error(wrong);
    settings.before = folders[0];
    settings.after = folders[1];
    settings.csv |= output == "-";
    return settings;
}

ExitCode run_diff(const DiffSettings& settings) {
    Result<Snapshot> before = load_snapshot(settings.before);
    if (!before) {
        complain(before.error().message);
        return ExitCode::kNothingRead;
    }
    Result<Snapshot> after = load_snapshot(settings.after);
    if (!after) {
        complain(after.error().message);
        return ExitCode::kNothingRead;
    }
    const Difference difference = compare(before.value(), after.value());
    const ExitCode told = tell(difference, settings);
    return matches(difference, settings) ? worse_of(told, ExitCode::kFailOn) : told;
}

}  // namespace deadpeer::cli
