// Cells of a report as values again.
//
// Errors:  each throws BadRow that says what the cell must be.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/time.h"

namespace deadpeer {

// Caught where the file is read, which knows its line.
struct BadRow {
    std::string what;
};

// What an empty cell is; unknown numbers are 0.
enum class EmptyCell : std::uint8_t { kIsBad, kIsUnknown };

std::uint64_t number_of(std::string_view cell, const char* column, EmptyCell empty);
std::uint16_t port_of(std::string_view cell, const char* column);
IpAddress address_of(const std::string& cell, const char* column);

// "2026-11-21T06:50:00.123456789Z" or seconds since 1970; kNoTime for an empty cell.
Nanoseconds time_of(std::string_view cell, const char* column);
// "75", "0.0005"; kNoTime for an empty cell.
Nanoseconds duration_of(std::string_view cell, const char* column);

// Verdict::kNone for an empty cell.
Verdict verdict_of(std::string_view cell);
EventKind event_of(std::string_view cell);

}  // namespace deadpeer
