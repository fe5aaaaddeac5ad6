// SocketTable: the list of sockets for people, in columns that are as wide as they must be.
//
// What:     widths come from the first rows; a longer cell in a later one moves what stands behind it.
// Memory:   kMeasured rows.
// Lifetime: the output must outlive it.
// Threads:  one thread at a time.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "report/storage/output.h"
#include "sockets/socket_columns.h"

namespace deadpeer {

class SocketTable {
public:
    static constexpr std::size_t kMeasured = 512;

    explicit SocketTable(Output& output) : output_(output) {}

    void add(const SocketLine& line);
    // Prints what still waits.
    void finish();

private:
    static constexpr std::size_t kColumns = 7;
    using Row = std::array<std::string, kColumns>;

    void print_waiting();
    void print(const Row& row);

    Output& output_;
    std::vector<Row> waiting_;
    std::array<std::size_t, kColumns> widths_{};
    bool measured_ = false;
};

}  // namespace deadpeer
