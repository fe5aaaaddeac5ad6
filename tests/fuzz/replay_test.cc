// A fuzz target on its kept inputs: the seeds, and every input that once went wrong.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

TEST_CASE("every kept input is handled") {
    int inputs = 0;
    std::istringstream folders(DEADPEER_FUZZ_INPUTS);
    for (std::string folder; std::getline(folders, folder, ':');) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file()) continue;
            CAPTURE(entry.path().string());
            std::ifstream file(entry.path(), std::ios::binary);
            const std::vector<char> bytes{std::istreambuf_iterator<char>(file),
                                          std::istreambuf_iterator<char>()};
            const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
            CHECK(LLVMFuzzerTestOneInput(data, bytes.size()) == 0);
            ++inputs;
        }
    }
    CHECK(inputs > 0);
}
