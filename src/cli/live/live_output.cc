#include "cli/live/live_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/live/live_numbers.h"
#include "cli/locked_folder.h"
#include "cli/standard_streams.h"
#include "report/grouped.h"
#include "report/text/text.h"

namespace deadpeer::cli {

LiveOutput::LiveOutput(const Settings& settings, const Tables& tables, Complain complain)
    : settings_(settings),
      csv_(settings.csv),
      complain_(std::move(complain)),
      metrics_trouble_(complain_),
      fail_on_(settings.fail_on) {
    csv_.knowledge = &tables.knowledge;
    csv_.inventory = &tables.inventory;
    if (!settings.html.empty()) html_.emplace(settings, tables);
    if (settings.anonymise) anonymiser_ = std::make_unique<Anonymiser>(*settings.anonymise);
}

bool LiveOutput::fail(ExitCode code, const std::string& why) {
    complain_(why);
    code_ = worse_of(code_, code);
    return false;
}

bool LiveOutput::open() {
    if (!settings_.output.empty() && !settings_.to_standard_output()) {
        auto folder = open_locked_folder(settings_.output);
        if (const Answer* refusal = std::get_if<Answer>(&folder)) return fail(refusal->code, refusal->text);
        folder_ = std::get<0>(std::move(folder));
    }
    if (html_) {
        if (const Status status = html_->open(folder_.get()); !status)
            return fail(ExitCode::kNotWritten, status.error().message);
    }
    if (settings_.live->metrics.empty()) return true;
    auto metrics = open_metrics_file(settings_.live->metrics);
    if (!metrics) return fail(ExitCode::kNotWritten, metrics.error().message);
    metrics_.emplace(std::move(metrics).value());
    if (folder_ == nullptr || !metrics_->would_replace_report(*folder_)) return true;
    return fail(ExitCode::kUsage, fmt::format("--metrics {} would replace a report; give it another name",
                                              settings_.live->metrics));
}

std::vector<const ReportFolder*> LiveOutput::folders() const {
    std::vector<const ReportFolder*> folders;
    if (folder_ != nullptr) folders.push_back(folder_.get());
    if (metrics_) folders.push_back(&metrics_->folder());
    if (html_) folders.push_back(&html_->folder());
    return folders;
}

bool LiveOutput::start(Nanoseconds now, Needs needs) {
    needs_ = std::move(needs);
    started_ = now;
    if (folder_ != nullptr) {
        LiveReportOptions options;
        options.csv = csv_;
        options.rotation = settings_.live->rotate;
        options.keep = settings_.live->keep;
        options.complain = complain_;
        options.meanwhile = needs_.meanwhile;
        options.lost_frames = needs_.lost_frames;
        if (html_) options.beside = [this] { return html_->report(); };
        auto reports = LiveReports::open(std::move(folder_), options, now);
        if (!reports) return fail(ExitCode::kNotWritten, reports.error().message);
        reports_ = std::move(reports).value();
    }
    if (settings_.live->print) printer_ = std::make_unique<EventPrinter>(csv_.inventory);
    if (settings_.to_standard_output()) event_rows_ = std::make_unique<EventRows>(csv_, needs_.lost_frames);
    if (needs_.alerts != nullptr && needs_.alerts->any()) {
        AlertSink::Needs of_alerts = {complain_, needs_.lost_frames};
        alert_sink_ = std::make_unique<AlertSink>(*needs_.alerts, csv_, std::move(of_alerts));
    }
    open_sinks();
    return true;
}

void LiveOutput::open_sinks() {
    std::vector<ReportSink*> rows;
    if (reports_ != nullptr) rows.push_back(reports_.get());
    if (printer_ != nullptr) rows.push_back(printer_.get());
    if (event_rows_ != nullptr) rows.push_back(event_rows_.get());
    if (alert_sink_ != nullptr) rows.push_back(alert_sink_.get());
    std::vector<ReportSink*> sinks;
    if (!rows.empty()) {
        rows_ = std::make_unique<FanOut>(std::move(rows));
        limiter_ = std::make_unique<RowLimiter>(*rows_);
        if (html_ && settings_.segment_rows != SegmentSelection::kAll)
            selected_ = std::make_unique<SelectedRows>(*limiter_, settings_.segment_rows);
        sinks.push_back(selected_ != nullptr ? static_cast<ReportSink*>(selected_.get()) : limiter_.get());
    }
    if (html_) sinks.push_back(&html_->ladders());
    sinks.insert(sinks.end(), {&ended_, &summary_, &fail_on_});
    sinks_ = std::make_unique<FanOut>(std::move(sinks));
    if (anonymiser_ != nullptr) anonymous_.emplace(*sinks_, *anonymiser_);
}

// What a snapshot tells does not come by sink().
LiveOutput::Feed LiveOutput::hiding(const Feed& feed) const {
    if (anonymiser_ == nullptr) return feed;
    return [this, &feed](ReportSink& sink) {
        AnonymousSink anonymous(sink, *anonymiser_);
        return feed(anonymous);
    };
}

void LiveOutput::turn(Nanoseconds now) {
    if (limiter_ != nullptr) limiter_->advance_time(now);
    if (reports_ != nullptr) reports_->flush(now);
    if (alert_sink_ != nullptr) alert_sink_->turn(AlertSink::Clock::now());
}

void LiveOutput::publish(const Feed& given, Nanoseconds now) {
    const Feed feed = hiding(given);
    // What is told meanwhile is not counted twice.
    Tally ended;
    std::optional<Tally> open;
    const Feed counted = [&](ReportSink& sink) {
        ended = ended_;
        FanOut both({&sink, &open.emplace()});
        return feed(both);
    };
    bool published = reports_ != nullptr && reports_->publish(counted);
    // The disk may have failed before: the metrics are of the network all the same.
    if (!open) {
        ended = ended_;
        const bool fed = feed(open.emplace()).ok();
        published = reports_ == nullptr && fed;
    }
    ++(published ? publications_ : publications_failed_);
    if (published) last_publication_ = now;
    if (metrics_) write_metrics(ended, *open, now);
}

bool LiveOutput::write_metrics(const Tally& ended, const Tally& open, Nanoseconds now) {
    Metrics metrics = metrics_of({ended, open, started_, now, needs_.one_input},
                                 settings_.analyzer.memory_cap, needs_.can_capture);
    metrics.publications = publications_;
    metrics.publications_failed = publications_failed_;
    metrics.last_publication = last_publication_;
    if (limiter_ != nullptr) {
        metrics.rows_left_out = limiter_->events_left_out() + limiter_->segments_left_out();
    }
    if (reports_ != nullptr) metrics.rows_lost = reports_->rows_lost();
    const Status written = metrics_->write(metrics_text(metrics));
    if (written) {
        metrics_trouble_.over("the metrics can be written again");
    } else {
        metrics_trouble_.note(written.error().message);
    }
    return written.ok();
}

std::optional<Nanoseconds> LiveOutput::next_boundary() const {
    return reports_ != nullptr ? reports_->next_boundary() : std::nullopt;
}

bool LiveOutput::rotation_due(Nanoseconds now) const {
    return reports_ != nullptr && reports_->rotation_due(now);
}

void LiveOutput::rotate(const Feed& feed, Nanoseconds now) {
    if (reports_ == nullptr) return;
    limiter_->end_minute();
    reports_->rotate(hiding(feed), now);
}

std::string LiveOutput::statistics(const Feed& feed, Nanoseconds now) const {
    const Tally ended = ended_;
    Tally open;
    const Status fed = feed(open);
    if (!fed) return fed.error().message;
    const std::string left_out = segments_left_out_text();
    return statistics_text({ended, open, started_, now}) + (left_out.empty() ? "" : "; " + left_out);
}

// Empty if there is nothing to say.
std::string LiveOutput::segments_left_out_text() const {
    if (reports_ == nullptr || limiter_->segments_left_out() == 0) return {};
    return fmt::format("segments.csv lacks {} rows that went beyond the bound for a minute",
                       grouped(limiter_->segments_left_out()));
}

bool LiveOutput::standard_output_failed() const {
    return (printer_ != nullptr && printer_->failed()) || (event_rows_ != nullptr && event_rows_->failed());
}

bool LiveOutput::output_closed() const {
    return reports_ == nullptr && standard_output_failed();
}

void LiveOutput::conclude(const Status& finished, Nanoseconds now, const std::string& sandbox) {
    // What went wrong with the reports was told when it did.
    const bool incomplete = reports_ != nullptr && (!finished || reports_->lost_something());
    // A reader that had enough (`| head`) needs no message.
    if (incomplete || standard_output_failed()) code_ = worse_of(code_, ExitCode::kNotWritten);
    if (reports_ != nullptr && reports_->rows_lost() > 0) {
        complain_(fmt::format("{} rows are missing in the reports", grouped(reports_->rows_lost())));
    }
    if (fail_on_.matched()) code_ = worse_of(code_, ExitCode::kFailOn);
    if (metrics_) {
        Tally last = ended_;  // every connection is in it now
        last.probes = last.probes_unanswered = 0;
        if (!write_metrics(ended_, last, now)) code_ = worse_of(code_, ExitCode::kNotWritten);
    }
    if (!settings_.quiet) return report_summary(sandbox);
    // A report that lacks something is no matter to be quiet about.
    if (const std::string forgotten = summary_.forgotten(); !forgotten.empty()) complain_(forgotten);
}

void LiveOutput::report_summary(const std::string& sandbox) {
    std::string text = summary_.text({.verbose = settings_.verbose, .inventory = csv_.inventory});
    if (reports_ != nullptr) {
        if (const std::string& left_out = reports_->hosts_left_out(); !left_out.empty())
            text += left_out + '\n';
        if (const std::string left_out = segments_left_out_text(); !left_out.empty()) text += left_out + '\n';
        text += fmt::format("Reports: {}{}\n", printable(settings_.output),
                            reports_->have_a_folder() ? "" : ", which was removed");
    }
    if (settings_.verbose || !settings_.sandbox) text += sandbox + '\n';
    const bool printed = settings_.to_standard_output() ? print(STDERR_FILENO, text) : print_out(text);
    if (!printed && reports_ == nullptr) code_ = worse_of(code_, ExitCode::kNotWritten);
}

}  // namespace deadpeer::cli
