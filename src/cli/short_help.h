// ShortHelp: CLI11's help without the lines that say nothing new, so that it fits a screen.
//
// Threads: any.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace deadpeer::cli {

// The group of options that are not worth a line of the help. Those of no group CLI11 does not name in its
// messages.
inline constexpr const char* kSeldom = "Seldom wanted";

class ShortHelp final : public CLI::Formatter {
public:
    explicit ShortHelp(std::string usage) : usage_(std::move(usage)) { column_width(29); }

    std::string make_usage(const CLI::App*, std::string) const override {
        return "Usage: " + usage_ + "\n\n";
    }
    std::string make_positionals(const CLI::App*) const override { return {}; }
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
        std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
        for (std::size_t at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n")) {
            text.erase(at, 1);
        }
        return text;
    }
    std::string make_group(std::string group, bool is_positional,
                           std::vector<const CLI::Option*> options) const override {
        if (group == kSeldom) return {};
        return CLI::Formatter::make_group(std::move(group), is_positional, std::move(options));
    }
    // Later versions of CLI11 break lines and put long options into a column of their own.
    std::string make_option(const CLI::Option* option, bool is_positional) const override {
        std::string line = "  " + make_option_name(option, is_positional) + make_option_opts(option);
        // Of a flag that takes another one back.
        constexpr std::string_view kFalse = "{false}";
        if (const std::size_t at = line.find(kFalse); at != std::string::npos) line.erase(at, kFalse.size());
        line.resize(std::max(line.size() + 1, get_column_width()), ' ');
        return line + make_option_desc(option) + '\n';
    }
    std::string make_description(const CLI::App* app) const override { return app->get_description() + '\n'; }
    std::string make_footer(const CLI::App* app) const override { return '\n' + app->get_footer() + '\n'; }
    // The type's name, without the names of the checks that CLI11 appends.
    std::string make_option_opts(const CLI::Option* option) const override {
        const std::string type = option->get_type_name();
        return type.empty() ? type : " " + type.substr(0, type.find(':'));
    }

private:
    std::string usage_;
};

}  // namespace deadpeer::cli
