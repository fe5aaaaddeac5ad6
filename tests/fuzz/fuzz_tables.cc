// Fuzz target: any bytes as a table that the user gives: keepalive profiles, idle timeouts, heartbeat
// patterns, an inventory; and as each of the reports that `diff` reads.
//
// Input: which of them (1 byte), then the file.
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "diff/snapshot.h"
#include "fuzz/memory_file.h"
#include "knowledge/inventory.h"
#include "knowledge/table_rows.h"

namespace {

using namespace deadpeer;
using fuzz::require;

template <typename T>
void check(const Result<T>& result) {
    if (!result) require(!result.error().message.empty());
}

void load_inventory(std::string_view text) {
    const fuzz::MemoryFile file(text);
    const auto inventory = Inventory::load(file.path());
    check(inventory);
    if (!inventory) return;
    IpAddress address;
    address.bytes = {192, 0, 2, 1};
    const InventoryEntry* const entry = inventory.value().find(address);
    if (entry != nullptr) require(entry->prefix_length <= 32 && !entry->address.is_v6);
}

class ReportFolder {
public:
    ReportFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "deadpeer-fuzz-XXXXXX").string();
        require(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
        for (const char* name : kNames) write(name, {});
    }
    ~ReportFolder() { std::filesystem::remove_all(path_); }
    ReportFolder(const ReportFolder&) = delete;
    ReportFolder& operator=(const ReportFolder&) = delete;

    static constexpr std::array kNames = {"flows.csv", "events.csv", "hosts.csv"};

    void load(const char* name, std::string_view text) {
        write(name, text);
        check(load_snapshot(path_));
        std::filesystem::remove(std::filesystem::path(path_) / name);
    }

private:
    void write(const char* name, std::string_view text) const {
        std::ofstream(std::filesystem::path(path_) / name, std::ios::binary) << text;
    }

    std::string path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static ReportFolder folder;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 7) {
        case 0:
            check(read_profiles({"profiles", text}));
            break;
        case 1:
            check(read_timeouts({"timeouts", text}));
            break;
        case 2:
            check(read_patterns({"patterns", text}));
            break;
        case 3:
            load_inventory(text);
            break;
        default:
            folder.load(ReportFolder::kNames[data[0] % 7 - 4], text);
            break;
    }
    return 0;
}
