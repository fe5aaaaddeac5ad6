#include "knowledge/host_name_table.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "core/parse_address.h"

namespace deadpeer {
namespace {

IpAddress without_scope(IpAddress address) {
    address.scope = 0;
    return address;
}

}  // namespace

Status HostNameTable::load_hosts(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return Error{path + " is a folder; --names reads host names there"};
    std::ifstream file(path);
    if (!file) {
        if (errno == ENOENT) return success();
        return Error{"cannot read host names from " + path + ": " + std::strerror(errno)};
    }
    for (std::string line; std::getline(file, line);) {
        line.resize(std::min(line.find('#'), line.size()));
        std::istringstream words(line);
        std::string address_word;
        std::string name;
        if (!(words >> address_word >> name)) continue;
        const auto address = parse_address(address_word);
        if (address) of_file_.try_emplace(*address, name.substr(0, kLongest));
    }
    if (file.bad()) return Error{"cannot read all of " + path + ", which --names looks into"};
    return success();
}

void HostNameTable::add(const IpAddress& address, std::string_view name) {
    if (name.empty()) return;
    const std::lock_guard lock(mutex_);
    if (of_captures_.size() < kMost)
        of_captures_.try_emplace(without_scope(address), name.substr(0, kLongest));
}

const std::string* HostNameTable::find(const IpAddress& address) const {
    const IpAddress host = without_scope(address);
    const std::lock_guard lock(mutex_);
    for (const Names* names : {&of_captures_, &of_file_}) {
        if (const auto found = names->find(host); found != names->end()) return &found->second;
    }
    return nullptr;
}

}  // namespace deadpeer
