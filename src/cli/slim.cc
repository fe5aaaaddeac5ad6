#include "cli/slim.h"

#include <fmt/format.h>
#include <unistd.h>
#include <array>

#include <algorithm>
#include <memory>

#include "cli/command_line.h"
#include "cli/input_files.h"
#include "cli/short_help.h"
#include "cli/signals.h"
#include "cli/slim_list.h"
#include "cli/slim_run.h"
#include "cli/standard_streams.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

std::string wrong_name(const SlimSettings& settings) {
    const std::string& name = settings.name;
    if (std::ranges::count(settings.inputs, "-") > 1) return "standard input can be read only once";
    if (name.empty()) {
        const bool reads_stream = std::ranges::find(settings.inputs, "-") != settings.inputs.end();
        return reads_stream ? "standard input has no name; give the slim file one with --name" : "";
    }
    if (settings.inputs.size() != 1) return "--name is for one input";
    if (name == "." || name == ".." || name.find('/') != std::string::npos)
        return "--name is that of a file, without a folder";
    if (name.size() <= kLongestCaptureName) return {};
    return fmt::format("--name may have at most {} bytes", kLongestCaptureName);
}

// Empty, or what does not fit together.
std::string conflict(const SlimSettings& settings) {
    if (!settings.missing.empty()) {
        const bool others = !settings.output.empty() || !settings.name.empty();
        return settings.inputs.size() == 1 && !others
                   ? ""
                   : "--missing takes a list and a folder: deadpeer slim --missing LIST DIR";
    }
    if (settings.inputs.empty()) return "name a capture file, or - for standard input";
    if (settings.output.empty()) return "name the folder for slim files with -o, or - for standard output";
    if (settings.to_standard_output() && settings.inputs.size() > 1)
        return "-o - is for one input: slim files that are joined cannot be read";
    if (settings.to_standard_output() && ::isatty(STDOUT_FILENO) == 1)
        return "a slim file is nothing for a terminal; name a folder with -o, or redirect standard output";
    return wrong_name(settings);
}

ExitCode fail(const std::string& message, ExitCode code) {
    print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
    return code;
}

ExitCode tell_missing(const SlimSettings& settings) {
    const auto missing = missing_parts(settings.missing, settings.inputs.front());
    if (!missing) return fail(missing.error().message, ExitCode::kNothingRead);
    std::string text;
    for (const std::size_t line : missing.value()) text += fmt::format("{}\n", line);
    return print_out(text) ? ExitCode::kOk : ExitCode::kNotWritten;
}

}  // namespace

void add_slim_options(CLI::App& app, SlimWords& words) {
    SlimSettings& settings = words.settings;
    app.add_option("IN", settings.inputs, "");
    app.add_option("-o", settings.output, "Write the slim files to this folder; - prints the only one")
        ->type_name("DIR");
    app.add_option("--name", settings.name, "What the capture is called, as of standard input (-)")
        ->type_name("NAME");
    app.add_option(
           "--level", settings.level,
           fmt::format("Of zstd, 1 to {} (default {})", ZstdOutput::kHighestLevel, ZstdOutput::kUsualLevel))
        ->check(CLI::Range(1, ZstdOutput::kHighestLevel))
        ->type_name("N");
    app.add_option("--missing", settings.missing,
                   "Print the numbers of the lines of LIST whose slim files are not in the folder")
        ->type_name("LIST");
    app.add_flag("-q", settings.quiet, "Nothing but errors");
    app.add_flag("--no-sandbox", words.no_sandbox,
                 "Keep all rights of the process, for what a sandbox refuses");
}

std::variant<SlimSettings, Answer> parse_slim_arguments(int argc, const char* const* argv) {
    CLI::App app{
        "Makes a small copy of each capture, with all that the analysis reads of it: reports of the copies "
        "are\nthose of the captures. It lies in the folder as NAME.slim.pcapng.zst.",
        "deadpeer slim"};
    SlimWords words;
    app.formatter(
        std::make_shared<ShortHelp>("deadpeer slim FILE... -o DIR [OPTION...]\n"
                                    "       deadpeer slim --missing LIST DIR"));
    add_slim_options(app, words);
    app.footer(
        "Exit codes: 0 made, 1 usage, 2 an input damaged, cut or refused, 3 none read, 4 not written.\n"
        "deadpeer --slim-of LIST DIR reads the slim files of the captures that LIST names.");
    if (auto answer = parse_words(app, argc - 1, argv + 1)) return *std::move(answer);
    SlimSettings settings = words.settings;
    settings.sandbox = !words.no_sandbox;
    constexpr std::array kNotEmpty = {"-o", "--name", "--missing"};
    for (const std::string& wrong : {empty_word(app, kNotEmpty), conflict(settings)}) {
        if (!wrong.empty()) return usage_error(app, wrong);
    }
    return settings;
}

ExitCode run_slim(const SlimSettings& settings) {
    if (!settings.missing.empty()) return tell_missing(settings);
    std::vector<std::string> folders_below;
    const std::vector<InputName> names = input_names(settings.inputs, folders_below);
    if (names.size() > 1 && (settings.to_standard_output() || !settings.name.empty()))
        return fail("-o - and --name are for one input, and that is a folder", ExitCode::kUsage);
    finish_when_stopped();
    InputFiles files(names);
    return SlimRun(settings, files).go();
}

}  // namespace deadpeer::cli
