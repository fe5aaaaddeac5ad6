#include "cli/compare.h"

#include <fmt/format.h>
#include <unistd.h>
#include <array>

#include <algorithm>
#include <memory>

#include "cli/command_line.h"
#include "cli/compare_run.h"
#include "cli/short_help.h"
#include "cli/signals.h"
#include "cli/standard_streams.h"
#include "compare/compare_columns.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

// Empty, or what does not fit together.
std::string conflict(const CompareSettings& settings) {
    if (settings.points.size() != 2)
        return "compare takes two captures, that nearer to the client first: deadpeer compare A B";
    if (std::ranges::count(settings.points, "-") > 1) return "standard input can be read only once";
    if (std::ranges::find(settings.points, "") != settings.points.end()) return "a capture's name is empty";
    if (settings.output == "-") return "compare writes two reports: -o takes a folder";
    return {};
}

}  // namespace

void add_compare_options(CLI::App& app, CompareSettings& settings) {
    app.add_option("CAPTURE", settings.points, "");
    app.add_option("-o", settings.output, "Write paths.csv and fates.csv to this folder")->type_name("DIR");
    app.add_option("--timeouts", settings.timeouts, "More middleboxes and their idle timeouts, as CSV")
        ->type_name("FILE");
    app.add_flag("--columns", settings.columns, "Print what the reports' columns mean");
    app.add_flag("-q", settings.quiet, "Nothing but errors");
    app.add_flag("--no-sandbox", settings.no_sandbox,
                 "Keep all rights of the process, for what a sandbox refuses");
}

std::variant<CompareSettings, Answer> parse_compare_arguments(int argc, const char* const* argv) {
    CLI::App app{
        "Puts two captures of one path together, each a file or a folder of files: A nearer to the client, "
        "or "
        "first\non the path. Tells which segments were lost between, and what ended each connection, and "
        "where.",
        "deadpeer compare"};
    CompareSettings settings;
    app.formatter(std::make_shared<ShortHelp>("deadpeer compare A B [-o DIR] [OPTION...]"));
    add_compare_options(app, settings);
    app.footer(
        "Exit codes: 0 compared, 1 usage, 2 an input damaged, cut or refused, 3 none of a point read, 4 not "
        "written.");
    if (auto answer = parse_words(app, argc - 1, argv + 1)) return *std::move(answer);
    if (settings.columns) return Answer{comparing::compare_columns_as_markdown()};
    constexpr std::array kNotEmpty = {"-o", "--timeouts"};
    for (const std::string& wrong : {empty_word(app, kNotEmpty), conflict(settings)}) {
        if (!wrong.empty()) return usage_error(app, wrong);
    }
    return settings;
}

ExitCode run_compare(const CompareSettings& settings) {
    const Result<Tables> tables = load_tables({{.profiles = "", .timeouts = settings.timeouts}, ""});
    if (!tables) {
        print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(tables.error().message)));
        return ExitCode::kUsage;
    }
    finish_when_stopped();
    return CompareRun(settings, tables.value().knowledge).go();
}

}  // namespace deadpeer::cli
