// libpcap and our readers agree on every file beside the project that libpcap takes.
#include <filesystem>
#include <string>

#include "libpcap_oracle.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

// A unit of 2^-63 seconds, and 2^32-1 microseconds in nanoseconds.
bool overflows_in_libpcap(const std::string& name) {
    return name == "103-tsresol-2e63.pcapng" || name == "19-usec-overflow.pcap";
}

std::size_t agreeing_files(const std::string& folder) {
    std::size_t agreeing = 0;
    for (const auto& entry : std::filesystem::directory_iterator(DEADPEER_SHARED_DIR + folder)) {
        const Times times =
            overflows_in_libpcap(entry.path().filename().string()) ? Times::kIgnored : Times::kCompared;
        if (agrees_with_libpcap(entry.path().string(), times)) ++agreeing;
    }
    return agreeing;
}

TEST_CASE("libpcap reads the same out of real captures") {
    CHECK(agreeing_files("/corpus/captures") > 300);
}

TEST_CASE("libpcap reads the same out of hostile captures") {
    CHECK(agreeing_files("/bad-input") > 80);
}

}  // namespace
}  // namespace deadpeer::test
