#include "cli/sockets.h"

#include <fmt/format.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/short_help.h"
#include "cli/signals.h"
#include "cli/standard_streams.h"
#include "report/formats/line_rows.h"
#include "report/storage/replaced_file.h"
#include "report/text/text.h"
#include "sockets/comparison.h"
#include "sockets/inspector.h"
#include "sockets/note.h"
#include "sockets/report_flows.h"
#include "sockets/socket_columns.h"
#include "sockets/socket_list.h"
#include "sockets/socket_table.h"

namespace deadpeer::cli {
namespace {

void complain(const std::string& message) {
    print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
}

// The rows of the list in one of the formats.
class Rows {
public:
    Rows(Output& output, SocketFormat format, bool with_report)
        : output_(output), columns_(socket_columns(with_report)), table_(output) {
        if (format == SocketFormat::kTable) return;
        std::vector<ColumnInfo> infos;
        for (const auto& column : columns_) infos.push_back({column.name, column.type, column.meaning});
        const Format lines = format == SocketFormat::kCsv ? Format::kCsv : Format::kJsonLines;
        writer_ = line_rows(lines, output, CsvDialect{}, std::move(infos));
    }

    void add(const SocketLine& line) {
        if (!writer_) return table_.add(line);
        write_row(writer_->cells(), std::span<const Column<SocketLine>>(columns_), line);
        writer_->row_written();
    }

    void finish() {
        if (!writer_) table_.finish();
        output_.flush();
    }

private:
    Output& output_;
    std::vector<Column<SocketLine>> columns_;
    SocketTable table_;
    std::unique_ptr<RowWriter> writer_;  // null: a table
};

class Run {
public:
    Run(const SocketsSettings& settings, const SocketOwners& owners, const ReportFlows& flows)
        : settings_(settings), flows_(flows), inspector_(owners) {}

    Status list_to(Output& output) {
        const bool with_report = !settings_.report.empty();
        Rows rows(output, settings_.format, with_report);
        Status listed =
            list_tcp_sockets([&](const TcpSocket& socket) { rows.add(line_of(socket, with_report)); },
                             [&] { return stop_requested() || output.error() != 0; });
        rows.finish();
        return listed;
    }

    ExitCode print_messages() const {
        const std::string counts = counts_text(inspector_.counts());
        const bool below = settings_.format == SocketFormat::kTable && settings_.output.empty();
        if (below && !print_out(counts)) return ExitCode::kNotWritten;
        if (!below && !settings_.quiet) print(STDERR_FILENO, counts);
        const std::string warning = inspector_.warning();
        if (!warning.empty()) complain(warning);
        if (!stop_requested()) return ExitCode::kOk;
        complain("Stopped by a signal: the list is not complete.");
        return ExitCode::kIncomplete;
    }

private:
    SocketLine line_of(const TcpSocket& socket, bool with_report) {
        SocketLine line = {.row = inspector_.inspect(socket), .note = {}};
        line.note = note_of(line.row);
        if (!with_report) return line;
        line.flow = flows_.find(socket.local, socket.remote);
        line.comparison = comparison_of(line.row, line.flow);
        return line;
    }

    const SocketsSettings& settings_;
    const ReportFlows& flows_;
    SocketInspector inspector_;
};

Status read_report_of(const SocketsSettings& settings, ReportFlows& flows) {
    if (settings.report.empty()) return success();
    const Status listed =
        list_tcp_sockets([&](const TcpSocket& socket) { flows.expect(socket.local, socket.remote); });
    return listed ? flows.read(settings.report) : listed;
}

ExitCode write_to_standard_output(Run& run) {
    Output output(STDOUT_FILENO);
    const Status listed = run.list_to(output);
    if (output.error() != 0) {
        report_output_error(output.error());
        return ExitCode::kNotWritten;
    }
    if (listed) return ExitCode::kOk;
    complain(listed.error().message);
    return ExitCode::kNothingRead;
}

ExitCode write_to_file(Run& run, ReplacedFile& file) {
    bool listed = true;
    const Status written = file.write([&](Output& output) {
        Status status = run.list_to(output);
        listed = status.ok();
        return status;
    });
    if (written) return ExitCode::kOk;
    complain(written.error().message);
    return listed ? ExitCode::kNotWritten : ExitCode::kNothingRead;
}

ExitCode write_list(const SocketsSettings& settings, Run& run) {
    if (settings.output.empty()) return write_to_standard_output(run);
    Result<ReplacedFile> file = ReplacedFile::open(settings.output, {.what = "the list of sockets"});
    if (file) return write_to_file(run, file.value());
    complain(file.error().message);
    return ExitCode::kNotWritten;
}

}  // namespace

const std::map<std::string, SocketFormat> kSocketFormatWords = {
    {"table", SocketFormat::kTable}, {"csv", SocketFormat::kCsv}, {"jsonl", SocketFormat::kJsonLines}};

void add_sockets_options(CLI::App& app, SocketsWords& words) {
    app.add_option("--report", words.report, "Compare with flows.csv in this folder, which -o wrote")
        ->type_name("DIR");
    app.add_option("-o", words.output, "Write to this file; - is standard output")->type_name("FILE");
    app.add_option("--format", words.format, "table, csv or jsonl; on a terminal table, else csv")
        ->type_name("FORMAT");
    app.add_flag("--columns", words.columns, "Print what each column means, and end");
    app.add_flag("-q", words.quiet, "No counts beside CSV and JSON Lines");
}

std::variant<SocketsSettings, Answer> parse_sockets_arguments(int argc, const char* const* argv) {
    CLI::App app{
        "Lists the TCP connections of this host: the keepalive that their sockets are set to, their "
        "timers, and\nthe processes that have them. Sockets of other processes need CAP_SYS_PTRACE.",
        "deadpeer sockets"};
    SocketsWords words;
    app.formatter(std::make_shared<ShortHelp>("deadpeer sockets [OPTION...]"));
    add_sockets_options(app, words);
    app.footer(
        "Exit codes: 0 listed, 1 usage, 2 stopped by a signal, 3 sockets or report cannot be read, 4 not "
        "written.");
    if (auto answer = parse_words(app, argc - 1, argv + 1)) return *std::move(answer);
    if (words.columns) return Answer{socket_columns_as_markdown()};
    SocketsSettings settings;
    settings.report = words.report;
    settings.output = words.output == "-" ? std::string() : words.output;
    settings.quiet = words.quiet;
    const bool for_people = words.output.empty() && ::isatty(STDOUT_FILENO) == 1;
    settings.format = for_people ? SocketFormat::kTable : SocketFormat::kCsv;
    if (!words.format.empty()) {
        const auto word = kSocketFormatWords.find(words.format);
        if (word == kSocketFormatWords.end())
            return usage_error(app,
                               fmt::format("--format: '{}' is not one of table, csv, jsonl", words.format));
        settings.format = word->second;
    }
    return settings;
}

ExitCode run_sockets(const SocketsSettings& settings) {
    install_signal_handlers();
    ReportFlows flows;
    const Status read = read_report_of(settings, flows);
    if (!read) {
        complain(read.error().message);
        return ExitCode::kNothingRead;
    }
    const Result<SocketOwners> owners = SocketOwners::scan();
    if (!owners) {
        complain(owners.error().message);
        return ExitCode::kNothingRead;
    }
    finish_when_stopped();
    Run run(settings, owners.value(), flows);
    const ExitCode code = write_list(settings, run);
    return code == ExitCode::kOk ? run.print_messages() : code;
}

}  // namespace deadpeer::cli
