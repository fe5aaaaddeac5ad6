#include "scenario/story_file.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/core.h>

namespace deadpeer::test {
namespace {

struct Line {
    unsigned number = 0;
    std::string text;
};
using Lines = std::vector<Line>;

Lines lines_of(std::string_view text) {
    Lines lines;
    std::istringstream stream{std::string(text)};
    for (std::string line; std::getline(stream, line);) {
        lines.push_back({static_cast<unsigned>(lines.size() + 1), line});
    }
    return lines;
}

// Writes out what is repeated.
Lines unrolled(const Lines& lines) {
    Lines result;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!lines[i].text.starts_with("repeat ")) {
            result.push_back(lines[i]);
            continue;
        }
        const int times = std::stoi(lines[i].text.substr(7));
        const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(i) + 1;
        const auto end = std::ranges::find(begin, lines.end(), "end", &Line::text);
        if (end == lines.end()) {
            throw std::invalid_argument(fmt::format("line {}: 'repeat' lacks its 'end'", lines[i].number));
        }
        for (int turn = 0; turn < times; ++turn) result.insert(result.end(), begin, end);
        i = static_cast<std::size_t>(end - lines.begin());
    }
    return result;
}

Scenario scenario_of(const Lines& lines) {
    std::string text;
    for (const Line& line : lines) text += line.text + '\n';
    Scenario scenario;
    try {
        scenario = parse_scenario(text);
    } catch (const std::invalid_argument& error) {
        // "line N: what is wrong", where N counts the unrolled lines of this story.
        const std::string message = error.what();
        const std::size_t number = std::stoul(message.substr(5));
        throw std::invalid_argument(
            fmt::format("line {}{}", lines.at(number - 1).number, message.substr(message.find(':'))));
    }
    for (ScenarioFrame& frame : scenario.frames) frame.line = lines.at(frame.line - 1).number;
    for (ScenarioStatement& statement : scenario.expectations) {
        statement.line = lines.at(statement.line - 1).number;
    }
    return scenario;
}

}  // namespace

std::vector<Story> parse_stories(std::string_view text) {
    constexpr std::string_view kTitle = "=== ";
    const Lines lines = lines_of(text);
    const auto is_title = [&](const Line& line) { return line.text.starts_with(kTitle); };
    const auto first = std::ranges::find_if(lines, is_title);
    const Lines beginning(lines.begin(), first);
    std::vector<Story> stories;
    for (auto title = first; title != lines.end();) {
        const auto end = std::find_if(title + 1, lines.end(), is_title);
        Lines story = beginning;
        story.insert(story.end(), title + 1, end);
        stories.push_back({title->text.substr(kTitle.size()), scenario_of(unrolled(story))});
        title = end;
    }
    return stories;
}

std::vector<Story> read_stories(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return parse_stories(text.str());
}

}  // namespace deadpeer::test
