// tshark's labels against ours, frame by frame, for the three releases of Wireshark: on the captures of
// testdata/labels, and on larger collections beside the project where they exist.
#include <filesystem>
#include <functional>
#include <string_view>

#include "oracle/compare_labels.h"
#include "oracle/frame_labels.h"
#include "support/catch.h"

namespace deadpeer::oracle {
namespace {

namespace fs = std::filesystem;

struct Exception {
    std::string_view file;
    Allowance allowance;
    std::string_view reason;
    std::string_view releases = "4.0 4.4 4.6";
    std::size_t different_frames = 0;
};

// Everything else must be equal. An entry that is no longer needed fails the test.
constexpr auto kUncovered = Allowance::kUncoveredFrames;
constexpr auto kNumbers = Allowance::kOtherNumbers;
constexpr std::string_view kSocks = "Wireshark's SOCKS dissector takes a stream number for each request";
constexpr Exception kExceptions[] = {
    {"shadowsocks.pcap", kNumbers, kSocks},
    {"socks.pcap", kNumbers, kSocks},
    {"tls_heur__shadowsocks-tcp.pcapng", kNumbers, kSocks},
    {"tls_heur__trojan-tcp-tls.pcapng", kNumbers, kSocks},
    {"tls_heur__vmess-tcp-tls.pcapng", kNumbers, kSocks},
    {"tls_heur__vmess-tcp.pcapng", kNumbers, kSocks},
    {"tls_heur__vmess-websocket.pcapng", kNumbers, kSocks},
    {"vnc.pcap", Allowance::kSplitStreams, "Wireshark's VNC dissector begins a stream after the greeting"},
    {"ajp.pcap", Allowance::kNone, "takes the last 4 bytes of each FabricPath frame for check bytes", "4.0",
     10},
    {"ajp.pcap", Allowance::kNone, "likewise", "4.4", 9},
    {"tls_invalid_reads.pcap", Allowance::kNone, "GTP-U with 31 bytes behind the IP packet: not looked into",
     "4.6", 1},
};

Exception exception_of(const std::string& file, const std::string& release) {
    for (const Exception& exception : kExceptions) {
        const bool concerns_release = exception.releases.find(release) != std::string_view::npos;
        if (exception.file == file && concerns_release) return exception;
    }
    return {file, Allowance::kNone, "none"};
}

struct Release {
    WiresharkRelease release;
    std::string name;
};
const Release kReleases[] = {
    {WiresharkRelease::k4_0, "4.0"}, {WiresharkRelease::k4_4, "4.4"}, {WiresharkRelease::k4_6, "4.6"}};

// Answers the number of frames compared.
std::size_t check(const fs::path& capture, const fs::path& labels, const Release& release) {
    constexpr std::size_t kMostDifferences = 5;
    INFO(capture.filename().string() << ", Wireshark " << release.name);
    const Exception exception = exception_of(capture.filename().string(), release.name);
    const Allowance allowance = exception.allowance;
    LabelsByFrame tshark = read_labels(labels.string());
    const Analysed ours = analyse_capture(capture.string(), release.release);
    if (!tshark.empty()) CHECK(ours.frames_read >= tshark.rbegin()->first);
    // TCP headers that are too short for a stream are no segments.
    std::erase_if(tshark, [](const auto& entry) { return entry.second.streams.empty(); });
    for (const std::uint64_t frame : ours.quotes) {
        INFO("frame " << frame << " quotes TCP");
        CHECK(tshark.erase(frame) == 1);
    }

    const Comparison comparison = compare(tshark, ours.frames, allowance);
    for (std::size_t i = 0; i < std::min(kMostDifferences, comparison.differences.size()); ++i) {
        UNSCOPED_INFO(comparison.differences[i]);
    }
    CHECK(comparison.differences.size() == exception.different_frames);
    INFO("the exception for this file is needed");
    CHECK(comparison.allowance_used == (allowance != Allowance::kNone));
    return tshark.size();
}

// Where the labels of a capture lie.
using LabelPath = std::function<fs::path(const fs::path& capture, const std::string& release)>;

std::size_t check_folder(const fs::path& folder, const LabelPath& labels) {
    std::size_t frames = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string extension = entry.path().extension().string();
        if (extension == ".tsv" || extension == ".md") continue;
        for (const Release& release : kReleases) {
            frames += check(entry.path(), labels(entry.path(), release.name), release);
        }
    }
    return frames;
}

fs::path beside(const fs::path& capture, const std::string& release) {
    return fs::path(capture).replace_extension(release + ".tsv");
}

TEST_CASE("labels of our own captures") {
    CHECK(check_folder(fs::path(PROJECT_FOLDER) / "testdata" / "labels", beside) > 15'000);
}

#ifdef SHARED_FOLDER
TEST_CASE("labels of the collections beside the project") {
    const fs::path shared = SHARED_FOLDER;
    std::size_t frames = check_folder(shared / "wireshark" / "examples", beside);
    frames += check_folder(shared / "wireshark" / "fuzz", beside);
    frames += check_folder(
        shared / "corpus" / "captures", [&](const fs::path& capture, const std::string& release) {
            return shared / "corpus" / "labels" / release / (capture.filename().string() + ".tsv");
        });
    CHECK(frames > 200'000);
}
#endif

TEST_CASE("the comparison sees every kind of difference") {
    const LabelsByFrame tshark = {
        {1, {"0", {}}}, {2, {"1", Label::kKeepAlive}}, {4, {"1", {}}}, {5, {"2", {}}}};
    const auto differences = [&](const LabelsByFrame& ours, Allowance allowance) {
        return compare(tshark, ours, allowance).differences.size();
    };
    CHECK(differences(tshark, Allowance::kNone) == 0);
    CHECK_FALSE(compare(tshark, tshark, kUncovered).allowance_used);

    LabelsByFrame ours = tshark;
    ours[2].labels = Label::kDuplicateAck;
    CHECK(differences(ours, Allowance::kNone) == 1);
    CHECK(differences(ours, kNumbers) == 1);
    CHECK(differences(ours, kUncovered) == 1);

    ours = tshark;
    ours[3] = {"1", {}};
    CHECK(differences(ours, kNumbers) == 1);

    // One number for two streams.
    ours = tshark;
    ours[5].streams = "1";
    CHECK(differences(ours, kNumbers) == 1);
    CHECK(differences(ours, Allowance::kSplitStreams) == 0);
    ours[5].streams = "3";
    CHECK(differences(ours, Allowance::kNone) == 1);
    CHECK(differences(ours, kNumbers) == 0);

    // Two numbers for one stream.
    ours = tshark;
    ours[4].streams = "3";
    CHECK(differences(ours, kNumbers) == 1);
    CHECK(differences(ours, Allowance::kSplitStreams) == 1);

    // Frame 2 is not decoded: its stream is not compared, others are; before it all must be equal.
    ours = tshark;
    ours.erase(2);
    ours[4] = {"1", Label::kKeepAlive};
    CHECK(differences(ours, Allowance::kNone) == 2);
    CHECK(differences(ours, kUncovered) == 0);
    ours[5].labels = Label::kKeepAlive;
    CHECK(differences(ours, kUncovered) == 1);
    ours[1].streams = "7";
    CHECK(differences(ours, kUncovered) == 2);
}

}  // namespace
}  // namespace deadpeer::oracle
