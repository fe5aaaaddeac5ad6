// Every include points the way that CONTRIBUTING.md allows.
#include <map>
#include <optional>
#include <set>
#include <string>

#include "project_files.h"
#include "support/catch.h"

namespace {

namespace fs = std::filesystem;
using deadpeer::house::files_below;
using deadpeer::house::lines_of;
using deadpeer::house::project_dir;
using deadpeer::house::read;

const std::map<std::string, std::set<std::string>> kMayUse = {
    {"core", {}},
    {"capture", {"core"}},
    {"decode", {"core"}},
    {"flow", {"core"}},
    {"tcp", {"core"}},
    {"detect", {"core", "tcp"}},
    {"correlate", {"core", "decode", "tcp", "detect"}},
    {"knowledge", {"core"}},
    {"engine", {"core", "decode", "tcp", "detect", "knowledge"}},
    {"analyzer", {"core", "decode", "flow", "tcp", "detect", "correlate", "knowledge", "engine"}},
    {"report", {"core", "knowledge"}},
    {"evidence", {"core", "decode", "report"}},
    {"slim", {"core", "capture", "decode", "knowledge", "report"}},
    {"diff", {"core", "report"}},
    {"sockets", {"core", "report", "diff"}},
    {"compare", {"core", "knowledge", "report"}},
    {"sandbox", {"core"}},
    {"cli",
     {"core", "capture", "decode", "flow", "tcp", "detect", "correlate", "knowledge", "engine", "analyzer",
      "report", "evidence", "slim", "diff", "sockets", "compare", "sandbox"}},
};

// Libraries that only some rooms may see, by the start of the header's name.
const std::map<std::string, std::set<std::string>> kOnlyIn = {
    {"pcap", {"capture"}},     {"tins/", {"detect"}},      {"CLI/", {"cli"}},
    {"cap-ng.h", {"sandbox"}}, {"seccomp.h", {"sandbox"}}, {"linux/landlock.h", {"sandbox"}},
};

// What stands between the quotes or brackets of an include; nothing for other lines.
std::optional<std::string> included(const std::string& line, char open, char close) {
    if (!line.starts_with("#include")) return std::nullopt;
    const std::size_t from = line.find(open);
    if (from == std::string::npos) return std::nullopt;
    const std::size_t to = line.find(close, from + 1);
    if (to == std::string::npos) return std::nullopt;
    return line.substr(from + 1, to - from - 1);
}

bool may_include(const std::string& room, const std::string& header) {
    const std::size_t slash = header.find('/');
    if (slash == std::string::npos) return true;  // its own folder
    const std::string from = header.substr(0, slash);
    return from == room || from == "deadpeer" || kMayUse.at(room).contains(from);
}

bool may_include_library(const std::string& room, const std::string& header) {
    for (const auto& [start, rooms] : kOnlyIn) {
        if (header.starts_with(start) && !rooms.contains(room)) return false;
    }
    return true;
}

std::vector<std::string> wrong_arrows(const std::string& room, const std::string& text) {
    std::vector<std::string> wrong;
    for (const std::string& line : lines_of(text)) {
        const auto own = included(line, '"', '"');
        const auto library = included(line, '<', '>');
        if ((own && !may_include(room, *own)) || (library && !may_include_library(room, *library))) {
            wrong.push_back(line);
        }
    }
    return wrong;
}

}  // namespace

TEST_CASE("a wrong arrow is seen") {
    CHECK(wrong_arrows("decode", "#include \"core/seq.h\"\n#include <vector>\n").empty());
    CHECK(wrong_arrows("decode", "#include \"flow/flow_table.h\"\n").size() == 1);
    CHECK(wrong_arrows("report", "#include <pcap.h>\n#include <pcap/pcap.h>\n").size() == 2);
    CHECK(wrong_arrows("capture", "#include <pcap.h>\n").empty());
}

TEST_CASE("every room is in the table of arrows") {
    for (const fs::directory_entry& entry : fs::directory_iterator(project_dir() / "src")) {
        INFO(entry.path());
        CHECK((!entry.is_directory() || kMayUse.contains(entry.path().filename())));
    }
}

TEST_CASE("includes point the right way") {
    for (const fs::path& file : files_below(project_dir() / "src")) {
        const std::string room = *file.lexically_relative(project_dir() / "src").begin();
        INFO(file);
        CHECK(wrong_arrows(room, read(file)) == std::vector<std::string>{});
    }
}

TEST_CASE("the public headers use nothing of ours but each other") {
    for (const fs::path& file : files_below(project_dir() / "include")) {
        for (const std::string& line : lines_of(read(file))) {
            const auto own = included(line, '"', '"');
            const auto library = included(line, '<', '>');
            INFO(file << ": " << line);
            CHECK((!own || own->starts_with("deadpeer/")));
            CHECK((!library || may_include_library("include", *library)));
        }
    }
}
