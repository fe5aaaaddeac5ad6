// Workbook: the reports as sheets of a workbook for spreadsheet programs, deadpeer.xlsx.
//
// What:    a sheet a report: the columns that tell most first, numbers as numbers, times as dates in UTC,
//          text as text whatever it begins with. The header row stays in sight and filters; severities and
//          verdicts have colours. A sheet has room for 1,048,575 rows: left_out() tells of those beyond.
// Files:   the one that the folder has created, and temporary ones beside it without a name.
// Memory:  that of a row.
// Source:  libxlsxwriter.github.io/working_with_memory.html.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "report/formats/book.h"

namespace deadpeer {

// `file`: an empty file in `folder`, `shown`: its name once it is published.
std::unique_ptr<Book> open_workbook(const std::string& folder, const std::string& file,
                                    const std::string& shown);
// The same with less room.
std::unique_ptr<Book> open_workbook(const std::string& folder, const std::string& file,
                                    const std::string& shown, std::uint32_t most_rows);

}  // namespace deadpeer
