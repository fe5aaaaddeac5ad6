#include "lab/truth.h"

#include <algorithm>
#include <stdexcept>

#include "report/rfc4180.h"
#include "report/temporary_folder.h"

namespace deadpeer::lab {

namespace fs = std::filesystem;

std::vector<Story> stories_below(const fs::path& testdata) {
    std::vector<Story> stories;
    for (const auto& folder : fs::directory_iterator(testdata)) {
        for (const std::string view : {"", "_far"}) {
            const fs::path truth = folder.path() / ("truth" + view + ".csv");
            if (!fs::exists(truth)) continue;
            stories.push_back({folder.path().filename().string() + view,
                               folder.path() / ("capture" + view + ".pcap"), rows_of(content_of(truth))});
        }
    }
    std::ranges::sort(stories, {}, &Story::name);
    return stories;
}

std::vector<Row> rows_of(const std::string& text) {
    const auto lines = read_rfc4180(text);
    if (!lines || lines->empty()) throw std::runtime_error("this is no CSV with a header");
    std::vector<Row> rows;
    for (std::size_t i = 1; i < lines->size(); ++i) {
        if ((*lines)[i].size() != lines->front().size()) throw std::runtime_error("a row of another length");
        Row& row = rows.emplace_back();
        for (std::size_t j = 0; j < lines->front().size(); ++j) row[lines->front()[j]] = (*lines)[i][j];
    }
    return rows;
}

std::multiset<std::string> words_of(std::string_view list) {
    std::multiset<std::string> words;
    while (!list.empty()) {
        const std::size_t length = std::min(list.find(';'), list.size());
        if (length > 0) words.emplace(list.substr(0, length));
        list.remove_prefix(std::min(length + 1, list.size()));
    }
    return words;
}

bool is_about_many(const std::string& event) {
    return event == "host_rebooted" || event == "middlebox_restarted" || event == "idle_timeout_on_path" ||
           event == "capacity_warning" || event == "scan" || event == "address_moved";
}

}  // namespace deadpeer::lab
