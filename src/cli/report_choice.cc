#include "cli/report_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options.h"
#include "core/split.h"

namespace deadpeer::cli {
namespace {

std::string wrong_of_standard_output(const RawOptions& words) {
    if (words.reports.empty())
        return "-o - prints one report: say which with --report flows (or another: --columns)";
    if (words.reports.size() > 1) return "-o - prints one report; --report names several";
    if (formats_of(words).size() > 1) return "-o - prints one format; --format names several";
    if (const std::string book = book_of(words); !book.empty())
        return fmt::format("-o - prints csv or jsonl; {} needs a folder: -o DIR", book);
    return {};
}

std::string without_folder(const RawOptions& words) {
    if (!words.reports.empty()) return "--report goes with -o";
    if (!words.formats.empty()) return "--format goes with -o";
    if (words.excel) return "--excel goes with -o";
    return words.columns.empty() ? "" : "--columns NAMES goes with -o";
}

}  // namespace

std::string wrong_report(const RawOptions& words) {
    std::string wrong;
    if (words.output == "-") wrong = wrong_of_standard_output(words);
    if (words.output.empty()) wrong = without_folder(words);
    if (!wrong.empty()) return wrong;
    for (const std::string& report : words.reports) {
        if (report_named(report)) continue;
        return fmt::format(
            "there is no report '{}'; choose capture, segments, flows, events, hosts or incidents", report);
    }
    if (std::ranges::find(words.inputs, words.html) != words.inputs.end() && !words.html.empty())
        return fmt::format("--html {} would replace that input", words.html);
    if (std::ranges::find(words.reports, "segments") != words.reports.end() && words.segments == "none")
        return "--report segments contradicts --segments none";
    if (const std::string book = book_of(words); !book.empty() && words.time != "utc")
        return fmt::format("--time {} is for csv and jsonl; {} has its own", words.time, book);
    return wrong_columns(columns_of(words), reports_of(words));
}

ReportSet reports_of(const RawOptions& words) {
    ReportSet reports;
    if (words.reports.empty()) reports.set();
    for (const std::string& report : words.reports) reports.set(index(*report_named(report)));
    if (words.segments == "none") reports.reset(index(Report::kSegments));
    return reports;
}

std::vector<Format> formats_of(const RawOptions& words) {
    std::vector<Format> formats;
    for (const std::string& word : words.formats) {
        const Format format = kFormatWords.at(word);
        if (std::ranges::find(formats, format) == formats.end()) formats.push_back(format);
    }
    if (words.excel && std::ranges::find(formats, Format::kXlsx) == formats.end())
        formats.push_back(Format::kXlsx);
    if (formats.empty()) formats.push_back(Format::kCsv);
    return formats;
}

std::string book_of(const RawOptions& words) {
    for (const Format format : formats_of(words)) {
        if (info(format).is_book) return std::string(info(format).name);
    }
    return {};
}

ColumnChoice columns_of(const RawOptions& words) {
    using Which = ColumnChoice::Which;
    if (words.columns.empty() || words.columns == "all") return {};
    if (words.columns == "short") return {.which = Which::kShort};
    const std::vector<std::string_view> names = split(words.columns, ',');
    return {Which::kNamed, {names.begin(), names.end()}};
}

}  // namespace deadpeer::cli
