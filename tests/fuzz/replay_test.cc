// The fuzz targets on their kept inputs: the seeds, and every input that once went wrong.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "support/catch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

TEST_CASE("every kept input is handled") {
    int inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(DEADPEER_FUZZ_INPUTS)) {
        CAPTURE(entry.path().string());
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
        CHECK(LLVMFuzzerTestOneInput(data, bytes.size()) == 0);
        ++inputs;
    }
    CHECK(inputs > 0);
}
