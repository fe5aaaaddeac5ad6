// What is known to be true of the connections in a capture that tools/lab made.
//
// Source: truth.csv beside the capture; tools/labs/truth.py says what the columns mean.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace deadpeer::lab {

// Cells of one row by column name. An empty cell: the capture shows nothing of it.
using Row = std::map<std::string, std::string>;

struct Story {
    std::string name;  // the folder, and which of its captures
    std::filesystem::path capture;
    std::vector<Row> connections;  // in the order in which they were opened
};

// Every capture below `testdata` that has its truth beside it, by name.
std::vector<Story> stories_below(const std::filesystem::path& testdata);

// The rows of a CSV text by its header.
std::vector<Row> rows_of(const std::string& text);

// The words of a list joined by `;`.
std::multiset<std::string> words_of(std::string_view list);

// Events that tell of a host or a path, not of one connection: once per capture.
bool is_about_many(const std::string& event);

}  // namespace deadpeer::lab
