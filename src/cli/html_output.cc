#include "cli/html_output.h"

#include <fmt/format.h>

namespace deadpeer::cli {

HtmlOutput::HtmlOutput(const Settings& settings, const Tables& tables)
    : path_(settings.html), ladders_(settings.live.has_value()) {
    options_.knowledge = &tables.knowledge;
    options_.inventory = &tables.inventory;
    options_.stream_numbers = settings.csv.dialect.stream_numbers;
    options_.community_id_seed = settings.csv.community_id_seed;
    options_.version = DEADPEER_VERSION;
    options_.analyzer = settings.analyzer;
}

Status HtmlOutput::open(const ReportFolder* reports) {
    Result<ReplacedFile> file = ReplacedFile::open(path_, {.what = "the incident report"});
    if (!file) return file.error();
    if (reports != nullptr && file.value().would_replace_report(*reports))
        return Error{fmt::format("--html {} would replace a report; give it another name", path_)};
    file_.emplace(std::move(file).value());
    return success();
}

std::unique_ptr<ReportSink> HtmlOutput::report() {
    return std::make_unique<HtmlReport>(options_, ladders_,
                                        [this](std::string_view page) { return file_->write(page); });
}

}  // namespace deadpeer::cli
