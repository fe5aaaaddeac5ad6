#include "cli/documents/option_list.h"

#include <CLI/App.hpp>
#include <algorithm>
#include <string_view>

#include "cli/compare.h"
#include "cli/diff.h"
#include "cli/options.h"
#include "cli/short_help.h"
#include "cli/slim.h"
#include "cli/sockets.h"
#include "deadpeer/names.h"
#include "diff/compare.h"
#include "report/glossary.h"
#include "report/reports.h"

namespace deadpeer::cli {
namespace {

using Value = OptionRow::Value;
using Strings = std::vector<std::string>;

template <typename T>
Strings keys(const std::map<std::string, T>& words) {
    Strings list;
    for (const auto& [word, value] : words) list.push_back(word);
    return list;
}

Strings sorted(Strings words) {
    std::ranges::sort(words);
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

Strings report_names() {
    Strings list;
    for (const ReportInfo& report : kReports) list.emplace_back(report.name);
    return list;
}

Strings codes() {
    Strings list = {"all"};
    for (const GlossarySection& section : glossary()) {
        for (const GlossaryEntry& entry : section.entries) list.emplace_back(entry.code);
    }
    return sorted(std::move(list));
}

Strings events_and_verdicts() {
    Strings list(detail::kEventNames.begin(), detail::kEventNames.end());
    list.insert(list.end(), detail::kVerdictNames.begin(), detail::kVerdictNames.end());
    list.emplace_back("any");
    std::erase(list, "");
    return sorted(std::move(list));
}

Strings words_of(const std::string& option) {
    if (option == "--order") return keys(kOrderWords);
    if (option == "--segments") return keys(kSegmentWords);
    if (option == "--wireshark") return keys(kReleaseWords);
    if (option == "--time") return keys(kTimeWords);
    if (option == "--format") return keys(kFormatWords);
    if (option == "--report") return report_names();
    if (option == "--columns") return {"all", "short"};
    if (option == "--explain") return codes();
    if (option == "--fail-on") return events_and_verdicts();
    return {};
}

Value value_named(const std::string& name) {
    if (name.empty()) return Value::kNone;
    if (name == "FILE" || name == "LIST") return Value::kFile;
    if (name == "DIR") return Value::kFolder;
    if (name == "IF") return Value::kInterface;
    if (name == "USER") return Value::kUser;
    return Value::kText;
}

std::vector<OptionRow> rows_of(const CLI::App& app) {
    std::vector<OptionRow> rows;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_description().empty()) continue;
        OptionRow row;
        for (const std::string& name : option->get_snames()) row.names.push_back("-" + name);
        for (const std::string& name : option->get_lnames()) row.names.push_back("--" + name);
        const std::string type = option->get_type_size() == 0 ? "" : option->get_type_name();
        row.value_name = type.substr(0, type.find(':'));
        row.meaning = option->get_description();
        if (option->get_group() != kSeldom) row.group = option->get_group();
        row.value = value_named(row.value_name);
        row.words = words_of(row.names.front());
        if (!row.words.empty()) row.value = Value::kWords;
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

std::vector<OptionRow> option_list() {
    CLI::App app;
    RawOptions words;
    add_options(app, words);
    return rows_of(app);
}

std::vector<OptionRow> diff_option_list() {
    CLI::App app;
    DiffWords words;
    add_diff_options(app, words);
    std::vector<OptionRow> rows = rows_of(app);
    for (OptionRow& row : rows) {
        if (row.names.front() != "--fail-on") continue;
        row.words.assign(kChangeNames.begin(), kChangeNames.end());
        row.words.insert(row.words.end(), {"any", "getting_more"});
    }
    return rows;
}

std::vector<OptionRow> slim_option_list() {
    CLI::App app;
    SlimWords words;
    add_slim_options(app, words);
    return rows_of(app);
}

std::vector<OptionRow> sockets_option_list() {
    CLI::App app;
    SocketsWords words;
    add_sockets_options(app, words);
    std::vector<OptionRow> rows = rows_of(app);
    for (OptionRow& row : rows) {
        // The program has options of these names, too, which take other words.
        const std::string& name = row.names.front();
        row.words = name == "--format" ? keys(kSocketFormatWords) : Strings{};
        row.value = row.words.empty() ? value_named(row.value_name) : Value::kWords;
    }
    return rows;
}

std::vector<OptionRow> compare_option_list() {
    CLI::App app;
    CompareSettings settings;
    add_compare_options(app, settings);
    std::vector<OptionRow> rows = rows_of(app);
    for (OptionRow& row : rows) {
        // The program has an option of this name, too, which takes words.
        if (row.names.front() != "--columns") continue;
        row.words.clear();
        row.value = Value::kNone;
    }
    return rows;
}

}  // namespace deadpeer::cli
