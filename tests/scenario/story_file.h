// A file of stories: scenarios about one rule, told one after the other.
//
//     +0 A S 1000:1000(0)              # what stands before the first title begins every story
//     === A's probes find no answer
//     repeat 9                         # the lines up to `end`, so many times
//     +75 A . 1000:1000(0) ack 5001
//     end
//
// All other lines are those of tests/support/scenario.h.
// Errors: throws std::invalid_argument with the file's line.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/scenario.h"

namespace deadpeer::test {

struct Story {
    std::string title;
    Scenario scenario;  // its lines are numbered as in the file
};

std::vector<Story> parse_stories(std::string_view text);

std::vector<Story> read_stories(const std::filesystem::path& path);

}  // namespace deadpeer::test
