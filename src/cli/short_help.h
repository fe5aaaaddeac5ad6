// ShortHelp: CLI11's help without the lines that say nothing new, so that it fits a screen.
//
// Threads: any.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>
#include <utility>

namespace deadpeer::cli {

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
    // The type's name, without the names of the checks that CLI11 appends.
    std::string make_option_opts(const CLI::Option* option) const override {
        const std::string type = option->get_type_name();
        return type.empty() ? type : " " + type.substr(0, type.find(':'));
    }

private:
    std::string usage_;
};

}  // namespace deadpeer::cli
