// EventPrinter: one readable line on standard output for each event, as it is told.
//
// Lifetime: the inventory must outlive it.
// Threads:  one thread at a time.
// Errors:   after the first line that could not be printed it prints no more: failed().
#pragma once

#include <string>
#include <vector>

#include "cli/standard_streams.h"
#include "deadpeer/sink.h"
#include "report/text/event_line.h"

namespace deadpeer::cli {

class EventPrinter final : public ReportSink {
public:
    explicit EventPrinter(const Inventory* inventory) : named_(inventory) {}

    [[nodiscard]] bool failed() const { return failed_; }

    void on_input_begin(std::uint32_t, const std::string& name) override { inputs_.push_back(name); }
    void on_finding(const Finding& finding) override {
        if (failed_) return;
        line_.clear();
        describe_event(line_, finding, inputs_[finding.file], named_);
        failed_ = !print_out(line_);
    }

private:
    Named named_;
    std::vector<std::string> inputs_;
    std::string line_;
    bool failed_ = false;
};

}  // namespace deadpeer::cli
