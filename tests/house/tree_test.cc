// The top level holds what it should and nothing else; no file says what it should not.
#include <set>
#include <string>

#include "project_files.h"
#include "support/catch.h"

namespace {

namespace fs = std::filesystem;
using deadpeer::house::all_files;
using deadpeer::house::lines_of;
using deadpeer::house::project_dir;
using deadpeer::house::read;

const std::set<std::string> kTopLevel = {
    "CMakeLists.txt",  "src",        "include",     "testdata",
    "tests",           "tools",      "README.md",   "LICENSE",
    "SECURITY.md",     ".ci",        ".clang-tidy", ".clang-format",
    "CONTRIBUTING.md", "vcpkg.json", ".gitignore",  "CMakePresets.json",
};
// Not the project's: version control, and what .gitignore names.
const std::set<std::string> kNotOurs = {".git", "build", "report"};

// Absolute paths of somebody's machine, hosts that packages come from, notes of unfinished work. Those that
// this file would contain itself are put together from halves.
const std::vector<std::string> kForbidden = {
    project_dir().string() + "/",   std::string("/home") + "/", std::string("/ro") + "ot/",
    std::string("deb.de") + "bian", std::string("TO") + "DO",   std::string("FIX") + "ME",
};

bool is_text(const fs::path& file) {
    const std::set<std::string> captures = {".pcap", ".pcapng", ".gz", ".zst"};
    return !captures.contains(file.extension());
}

}  // namespace

TEST_CASE("the top level holds only what belongs there") {
    for (const fs::directory_entry& entry : fs::directory_iterator(project_dir())) {
        const std::string name = entry.path().filename();
        INFO(name);
        CHECK((kTopLevel.contains(name) || kNotOurs.contains(name)));
    }
    for (const std::string& name : kTopLevel) {
        INFO(name);
        CHECK(fs::exists(project_dir() / name));
    }
}

TEST_CASE("no file speaks of a machine or of unfinished work") {
    for (const fs::path& file : all_files()) {
        if (!is_text(file)) continue;
        const std::string text = read(file);
        for (const std::string& word : kForbidden) {
            INFO(file << " contains " << word);
            CHECK(text.find(word) == std::string::npos);
        }
    }
}

// clang-format breaks code that is too long; to break a comment is left to its author.
TEST_CASE("lines of code and comments have at most 110 columns") {
    for (const fs::path& file : all_files()) {
        if (file.extension() != ".cc" && file.extension() != ".h") continue;
        for (const std::string& line : lines_of(read(file))) {
            INFO(file << ": " << line);
            CHECK(line.size() <= 110);
        }
    }
}

TEST_CASE("text files end with a line feed and have no blanks at line ends") {
    for (const fs::path& file : all_files()) {
        const std::string extension = file.extension();
        if (extension != ".cc" && extension != ".h" && extension != ".md" && extension != ".txt" &&
            extension != ".cmake" && extension != ".json") {
            continue;
        }
        const std::string text = read(file);
        INFO(file);
        CHECK((text.empty() || text.back() == '\n'));
        for (const std::string& line : lines_of(text)) CHECK((line.empty() || line.back() != ' '));
    }
}
