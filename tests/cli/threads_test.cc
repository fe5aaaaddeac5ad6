// --threads: who reads and decodes the frames must not be seen in any report.

#include <algorithm>
#include <filesystem>

#include "capture/pack.h"
#include "cli/program.h"
#include "cli/testdata_captures.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kFileHeader = 24;

// The records of all captures of testdata that are alike, again and again: more than a thread is begun for.
std::string large_capture() {
    std::vector<std::string> captures;
    for (const std::string& path : captures_of_testdata())
        if (path.ends_with(".pcap")) captures.push_back(content_of(path));
    const auto header = captures.front().substr(0, kFileHeader);
    std::string all = header;
    while (all.size() < std::size_t{3} << 20) {
        for (const std::string& capture : captures)
            if (capture.starts_with(header)) all.append(capture, kFileHeader);
    }
    return all;
}

// What the run wrote into its folder, file by file, and its exit code.
std::string result_of(const std::vector<std::string>& files, const std::string& threads) {
    const TemporaryFolder folder;
    std::vector<std::string> arguments = {
        "--threads",          threads, "--segments", "all", "--html", folder.file("page.html"), "-o",
        folder.file("report")};
    arguments.insert(arguments.end(), files.begin(), files.end());
    const Finished run = run_program(arguments);
    std::string text = std::to_string(run.code) + "\n" + run.err;
    std::vector<fs::path> written;
    for (const auto& entry : fs::directory_iterator(folder.path() / "report"))
        written.push_back(entry.path());
    std::sort(written.begin(), written.end());
    for (const fs::path& path : written) text += path.filename().string() + "\n" + content_of(path);
    return text;
}

void check_equal(const std::vector<std::string>& files) {
    const std::string alone = result_of(files, "1");
    CHECK(alone.size() > 100'000);
    for (const char* threads : {"2", "8"}) CHECK(result_of(files, threads) == alone);
}

}  // namespace

TEST_CASE("reports are the same however many threads there are") {
    const TemporaryFolder folder;
    const std::string capture = large_capture();
    const auto file = [&](const std::string& name, const std::string& bytes) {
        write_file(folder.file(name), bytes);
        return folder.file(name);
    };
    SECTION("a file") {
        check_equal({file("whole", capture)});
    }
    SECTION("a file that is cut in a record") {
        check_equal({file("cut", capture.substr(0, capture.size() - 7))});
    }
    SECTION("a compressed file: its frames are gone when it is read on") {
        check_equal({file("packed", test::pack(capture::Compression::kGzip, capture))});
    }
    SECTION("files that overlap") {
        check_equal({file("one", capture), file("other", capture.substr(0, capture.size() / 2))});
    }
}
