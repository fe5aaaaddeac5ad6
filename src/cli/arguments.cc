#include "cli/arguments.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <optional>

#include "capture/frame_filter.h"
#include "capture/live/interfaces.h"
#include "cli/anonymising_key.h"
#include "cli/command_line.h"
#include "cli/option_conflicts.h"
#include "cli/options.h"
#include "cli/short_help.h"
#include "cli/to_settings.h"
#include "cli/trailing_filter.h"
#include "report/columns/columns.h"
#include "report/glossary.h"
#include "report/text/text.h"
#include "sandbox/user.h"

namespace deadpeer::cli {
namespace {

std::string version_text() {
    return fmt::format("deadpeer {}\n{}\nlibtins version {}\n", DEADPEER_VERSION, libpcap_version(),
                       DEADPEER_LIBTINS_VERSION);
}

Answer interface_list() {
    const auto list = list_interfaces();
    if (!list)
        return {fmt::format("deadpeer: {}\n", printable(list.error().message)), ExitCode::kNothingRead};
    std::string text;
    for (const std::string& line : list.value()) text += printable(line) + '\n';
    return {text, ExitCode::kOk};
}

Answer explanation_of(const CLI::App& app, const std::string& code) {
    if (code == "all") return {glossary_as_markdown(), ExitCode::kOk};
    const std::optional<std::string> text = explain_code(code);
    if (!text) return usage_error(app, fmt::format("no code is called {}; --explain all lists them", code));
    return {*text, ExitCode::kOk};
}

void describe(CLI::App& app, RawOptions& words) {
    add_options(app, words);
    app.formatter(std::make_shared<ShortHelp>(
        "deadpeer FILE... [-o DIR] [OPTION...] [FILTER]\n"
        "       deadpeer -i IF [-o DIR] [OPTION...] [FILTER]\n"
        "       deadpeer diff OLD... NEW   or   slim FILE... -o DIR   or   compare A B"));
    app.footer(
        "Exit codes: 0 good, 1 usage, 2 input damaged, 3 none read, 4 not written, 5 cut off, 10 --fail-on");
}

// Of these none may be empty.
constexpr std::array kNotEmpty = {"-f",          "-i",        "-y",         "-Z",         "--time-stamp-type",
                                  "--rotate",    "--follow",  "--slim-of",  "-o",         "--html",
                                  "--evidence",  "--metrics", "--profiles", "--timeouts", "--inventory",
                                  "--anonymise", "--on-event"};

// A filter that fits no link type at all is a slip of the pen, however many inputs there are.
std::string wrong_filter(const std::string& filter) {
    constexpr std::size_t kLongest = std::size_t{64} << 10;
    if (filter.size() > kLongest) {
        return "the filter is longer than 64 KiB, which libpcap may take hours for; name networks instead of "
               "hosts";
    }
    const Status fits = capture::FrameFilter(filter).check(kNoLinkType);
    return fits ? "" : fits.error().message;
}

std::string wrong_user(const std::string& name) {
    if (name.empty()) return {};
    const auto user = sandbox::find_user(name);
    return user ? "" : user.error().message;
}

}  // namespace

std::variant<Settings, Answer> parse_arguments(int argc, const char* const* argv) {
    CLI::App app{"Finds dead TCP peers in capture files and on interfaces, and writes CSV reports.",
                 "deadpeer"};
    RawOptions words;
    describe(app, words);
    if (auto answer = parse_words(app, argc, argv)) return *std::move(answer);
    take_trailing_filter(words);
    if (words.version) return Answer{version_text()};
    if (app.count("--columns") > 0 && words.columns.empty()) return Answer{columns_as_markdown()};
    if (app.count("--explain") > 0) return explanation_of(app, words.explain);
    if (words.list_interfaces) return interface_list();
    for (const std::string& wrong : {empty_word(app, kNotEmpty), option_conflict(words),
                                     wrong_filter(words.filter), wrong_user(words.user)}) {
        if (!wrong.empty()) return usage_error(app, wrong);
    }
    Settings settings = to_settings(words);
    if (app.count("--anonymise") > 0) {
        const Result<Anonymiser::Key> key = anonymising_key(words.anonymise);
        if (!key) return usage_error(app, key.error().message);
        settings.anonymise = key.value();
    }
    if (app.count("--fail-on") == 0) return settings;
    const Result<FailOn> fail_on = parse_fail_on(words.fail_on);
    if (!fail_on) return usage_error(app, fail_on.error().message);
    settings.fail_on = fail_on.value();
    return settings;
}

}  // namespace deadpeer::cli
