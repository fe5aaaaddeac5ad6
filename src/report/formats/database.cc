#include "report/formats/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <utility>

#include "core/parse_number.h"
#include "report/text/text.h"

namespace deadpeer {
namespace {

// Of a table, once its rows are there.
struct Extra {
    Report table;
    const char* statement;
};

constexpr std::array kExtras = {
    Extra{Report::kSegments, "CREATE INDEX segments_by_stream ON segments (stream, frame)"},
    Extra{Report::kFlows, "CREATE INDEX flows_by_stream ON flows (stream)"},
    Extra{Report::kFlows, "CREATE INDEX flows_by_verdict ON flows (verdict)"},
    Extra{Report::kFlows, "CREATE INDEX flows_by_initiator ON flows (initiator)"},
    Extra{Report::kFlows, "CREATE INDEX flows_by_responder ON flows (responder, responder_port)"},
    Extra{Report::kEvents, "CREATE INDEX events_by_stream ON events (stream)"},
    Extra{Report::kEvents, "CREATE INDEX events_by_kind ON events (event)"},
    Extra{Report::kHosts, "CREATE INDEX hosts_by_host ON hosts (host)"},
    Extra{Report::kFlows,
          "CREATE VIEW dead_peers AS SELECT verdict, confidence, initiator, initiator_port, responder, "
          "responder_port, verdict_utc, half_open_s, idle_at_failure_s, explanation, stream FROM flows "
          "WHERE verdict IN ('peer_dead', 'peer_rebooted', 'peer_lost_state', 'path_dead', "
          "'middlebox_reset') ORDER BY half_open_s DESC"},
    Extra{Report::kEvents,
          "CREATE VIEW reboots AS SELECT time_utc, subject, confidence, reason, explanation FROM events "
          "WHERE event = 'host_rebooted' ORDER BY time_utc"},
    Extra{Report::kFlows,
          "CREATE VIEW idle_by_server AS SELECT responder, responder_port, count(*) AS open_connections, "
          "sum(verdict = 'idle') AS idle_connections, max(longest_idle_s) AS longest_idle_s FROM flows "
          "WHERE closed = 'open' GROUP BY responder, responder_port ORDER BY idle_connections DESC"},
};

std::string_view sql_type(CellType type) {
    switch (type) {
        case CellType::kInteger:
            return "INTEGER";
        case CellType::kSeconds:
            return "REAL";
        default:
            return "TEXT";
    }
}

// A file system that takes paths as they are: the usual one asks of each link on the way where it goes, which
// the sandbox does not allow.
sqlite3_vfs* plain_paths() {
    static sqlite3_vfs files = [] {
        sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
        vfs.zName = "deadpeer";
        vfs.xFullPathname = [](sqlite3_vfs*, const char* path, int size, char* full) {
            const std::string_view name(path);
            if (name.size() + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
            full[name.copy(full, name.size())] = '\0';
            return SQLITE_OK;
        };
        return vfs;
    }();
    sqlite3_vfs_register(&files, 0);
    return &files;
}

class Database final : public Book {
public:
    Database(const std::string& folder, const std::string& file, std::string shown)
        : shown_(std::move(shown)) {
        // Where the sandbox allows them; it goes with the process.
        if (sqlite3_temp_directory == nullptr) sqlite3_temp_directory = sqlite3_mprintf("%s", folder.c_str());
        note(sqlite3_open_v2(file.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                             plain_paths()->zName));
        run("PRAGMA journal_mode = OFF");
        run("PRAGMA synchronous = OFF");
        run("PRAGMA locking_mode = EXCLUSIVE");
        run("PRAGMA temp_store = FILE");
        run("PRAGMA cache_size = -16384");
        run("BEGIN");
    }
    ~Database() override { sqlite3_close_v2(database_); }

    std::unique_ptr<RowWriter> add(Report report, const CsvDialect& dialect,
                                   std::vector<ColumnInfo> columns) override;

    void finish() override {
        for (const Extra& extra : kExtras) {
            if (tables_[index(extra.table)]) run(extra.statement);
        }
        run("COMMIT");
        note(sqlite3_close_v2(std::exchange(database_, nullptr)));
    }

    [[nodiscard]] Status status() const override {
        if (error_.empty()) return success();
        return Error{fmt::format("Cannot write {}: {}. What was there before is untouched.",
                                 printable(shown_), error_)};
    }

    [[nodiscard]] bool failed() const { return !error_.empty(); }
    [[nodiscard]] sqlite3* handle() const { return database_; }

    // What a call answered.
    void note(int result) {
        const bool good = result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW;
        if (!good && error_.empty()) error_ = sqlite3_errstr(result);
    }

private:
    void run(const std::string& statement) {
        if (!failed()) note(sqlite3_exec(database_, statement.c_str(), nullptr, nullptr, nullptr));
    }

    std::string shown_;
    sqlite3* database_ = nullptr;
    ReportSet tables_;
    std::string error_;
};

class TableRows final : public TypedRows {
public:
    // REQUIRES: the table is there, or the database failed.
    TableRows(Database& database, Report report, const CsvDialect& dialect, std::vector<ColumnInfo> columns)
        : TypedRows(dialect, std::move(columns)), database_(database) {
        std::string places;
        for (std::size_t i = 0; i < this->columns().size(); ++i) places += i == 0 ? "?" : ", ?";
        const std::string insert =
            fmt::format("INSERT INTO {} VALUES ({})", kReports[index(report)].name, places);
        if (database.failed()) return;
        database.note(sqlite3_prepare_v3(database.handle(), insert.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                                         &insert_, nullptr));
    }
    ~TableRows() override { sqlite3_finalize(insert_); }

private:
    void take(std::span<const std::string_view> cells) override {
        if (database_.failed()) return;
        for (std::size_t i = 0; i < cells.size(); ++i)
            database_.note(bind(static_cast<int>(i) + 1, cells[i], columns()[i].type));
        database_.note(sqlite3_step(insert_));
        database_.note(sqlite3_reset(insert_));
    }

    // The text of the row stays until it was written.
    int bind(int place, std::string_view cell, CellType type) {
        if (cell.empty()) return sqlite3_bind_null(insert_, place);
        if (type == CellType::kInteger) {
            if (const auto number = parse_number<std::int64_t>(cell))
                return sqlite3_bind_int64(insert_, place, *number);
        }
        if (type == CellType::kSeconds) {
            if (const auto number = parse_number<double>(cell))
                return sqlite3_bind_double(insert_, place, *number);
        }
        return sqlite3_bind_text(insert_, place, cell.data(), static_cast<int>(cell.size()), SQLITE_STATIC);
    }

    Database& database_;
    sqlite3_stmt* insert_ = nullptr;
};

std::unique_ptr<RowWriter> Database::add(Report report, const CsvDialect& dialect,
                                         std::vector<ColumnInfo> columns) {
    std::string list;
    for (const ColumnInfo& column : columns)
        list += fmt::format("{}\"{}\" {}", list.empty() ? "" : ", ", column.name, sql_type(column.type));
    run(fmt::format("CREATE TABLE {} ({})", kReports[index(report)].name, list));
    tables_.set(index(report));
    return std::make_unique<TableRows>(*this, report, dialect, std::move(columns));
}

}  // namespace

std::unique_ptr<Book> open_database(const std::string& folder, const std::string& file,
                                    const std::string& shown) {
    return std::make_unique<Database>(folder, file, shown);
}

}  // namespace deadpeer
