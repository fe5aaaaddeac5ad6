#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/unknown_option.h"
#include "report/text/text.h"

namespace deadpeer::cli {

Answer usage_error(const CLI::App& app, const std::string& what) {
    return {fmt::format("deadpeer: {}\nTry {} --help.\n", printable(what), app.get_name()), ExitCode::kUsage};
}

std::optional<Answer> parse_words(CLI::App& app, int argc, const char* const* argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return Answer{app.help()};
    } catch (const CLI::ExtrasError& error) {
        const std::string unknown = unknown_option(app);
        return usage_error(app, unknown.empty() ? error.what() : unknown);
    } catch (const CLI::ParseError& error) {
        return usage_error(app, error.what());
    }
    return std::nullopt;
}

std::string empty_word(const CLI::App& app, std::span<const char* const> options) {
    for (const char* option : options) {
        const auto given = app[option]->results();
        if (std::ranges::find(given, "") != given.end()) return fmt::format("{} is given but empty", option);
    }
    return {};
}

}  // namespace deadpeer::cli
