// AppendFile: a report that grows row by row while others read it.
//
// What:     append() writes a row at once, with one write(2). A row that does not fit on the disk leaves
//           nothing of itself in the file (it is cut back to the last whole row) and waits; retry() tries
//           again. The file is created, with its header row, by open(); without its header it is not left
//           there.
// Others:   may move, shorten or delete the file, as a rotation of logs does. Each row asks first whether it
//           still has its name and its length (two stat(2), about 1 us), and else begins a new file: with its
//           header, and with the rows that are left where it was shortened.
// Memory:   rows wait in up to kMostWaitingBytes; those beyond are counted by lost().
// Lifetime: the folder must outlive it.
// Threads:  one thread at a time.
// Errors:   status() tells why the latest attempt failed.
// Source:   write(2), ftruncate(2), fsync(2), logrotate(8).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "report/storage/report_folder.h"

namespace deadpeer {

class AppendFile {
public:
    static constexpr std::size_t kMostWaitingBytes = std::size_t{4} << 20;

    // `header`: a whole row, or empty.
    AppendFile(const ReportFolder& folder, std::string name, std::string header)
        : folder_(folder), name_(std::move(name)), header_(std::move(header)) {}
    ~AppendFile() { close(); }
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;

    // Creates the file with its header; else retry() and append() try again. An error where something of that
    // name is there.
    Status open();
    // A row with its line end.
    void append(std::string_view row);
    // False: rows still wait.
    bool retry();
    // Makes durable what was written since the last time.
    Status sync();
    // What others did to the file, once; else empty.
    std::string take_notice();
    // Rows that wait, and those to come, go to the file that is created next.
    void close();

    // Rows that still wait are lost.
    void give_up();

    [[nodiscard]] Status status() const;
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint64_t bytes() const { return size_; }
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
    enum class Fate : std::uint8_t { kInPlace, kMoved, kShortened, kDeleted };

    [[nodiscard]] Status failure(std::string_view advice) const;
    [[nodiscard]] std::string path() const;
    // `replaced`: a file whose whole rows it takes over, and whose place; -1: none.
    bool create(int replaced = -1);
    bool copy_rows(int from);
    bool ready();
    // REQUIRES: it is open.
    [[nodiscard]] Fate fate() const;
    bool still_in_place();
    bool replace();
    bool write(std::string_view row);
    bool cut();

    const ReportFolder& folder_;
    std::string name_;
    std::string header_;
    int descriptor_ = -1;
    int error_ = 0;           // errno of the latest attempt
    std::uint64_t size_ = 0;  // whole rows
    std::uint64_t rows_ = 0;  // in the file, without its header
    bool torn_ = false;       // behind them part of a row may stand
    bool durable_ = true;
    std::deque<std::string> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::uint64_t lost_ = 0;
    std::string notice_;
};

}  // namespace deadpeer
