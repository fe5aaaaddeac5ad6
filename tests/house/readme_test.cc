// README.md says what the program does.
#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "project_files.h"
#include "support/catch.h"

namespace {

using deadpeer::house::lines_of;
using deadpeer::house::project_dir;
using deadpeer::house::read;

std::string output_of(const std::string& command) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    if (!pipe) throw std::runtime_error("cannot run " + command);
    std::string output;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
        output.append(buffer.data(), size);
    }
    return output;
}

}  // namespace

TEST_CASE("the README's table of columns is the program's own") {
    const std::string columns = output_of(std::string("\"") + DEADPEER_PROGRAM + "\" --columns");
    REQUIRE(columns.find("wireshark_labels") != std::string::npos);
    CHECK(read(project_dir() / "README.md").find(columns) != std::string::npos);
}

TEST_CASE("the README's table of the columns of two capture points is the program's own") {
    const std::string columns = output_of(std::string("\"") + DEADPEER_PROGRAM + "\" compare --columns");
    REQUIRE(columns.find("changed_fields") != std::string::npos);
    CHECK(read(project_dir() / "README.md").find(columns) != std::string::npos);
}

TEST_CASE("the README's table of codes is the program's own") {
    const std::string codes = output_of(std::string("\"") + DEADPEER_PROGRAM + "\" --explain all");
    REQUIRE(codes.find("`peer_dead`") != std::string::npos);
    CHECK(read(project_dir() / "README.md").find(codes) != std::string::npos);
}

TEST_CASE("the README's table of the columns of sockets is the program's own") {
    const std::string columns = output_of(std::string("\"") + DEADPEER_PROGRAM + "\" sockets --columns");
    REQUIRE(columns.find("last_ack_received_s") != std::string::npos);
    REQUIRE(columns.find("comparison") != std::string::npos);
    CHECK(read(project_dir() / "README.md").find(columns) != std::string::npos);
}

TEST_CASE("the README shows the library's example as it is tested, in 20 lines at most") {
    std::string shown;
    const std::vector<std::string> example =
        lines_of(read(project_dir() / "tests/house/consumer/consumer.cc"));
    for (const std::string& line : example) shown += (line.empty() ? line : "    " + line) + "\n";
    CHECK(example.size() <= 20);
    CHECK(read(project_dir() / "README.md").find(shown) != std::string::npos);
}

TEST_CASE("the README lists every exit code") {
    const std::string readme = read(project_dir() / "README.md");
    for (const char* row : {"| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 4 |", "| 5 |", "| 10 |"}) {
        INFO(row);
        CHECK(readme.find(row) != std::string::npos);
    }
}
