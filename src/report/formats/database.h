// Database: the reports as tables of an SQLite database, deadpeer.sqlite.
//
// What:    a table a report, whose columns are those of the CSV with their types: INTEGER, REAL, and TEXT for
//          all else, times as in CSV, lists joined as there. What is unknown is NULL. Indexes for the usual
//          questions, and the views dead_peers, reboots and idle_by_server.
// Files:   the one that the folder has created, and while indexes are made temporary ones beside it without a
//          name. No journal: it is published whole, or not at all.
// Memory:  16 MiB.
// Source:  sqlite.org/c3ref, sqlite.org/pragma.html.
#pragma once

#include <memory>
#include <string>

#include "deadpeer/result.h"
#include "report/formats/book.h"

namespace deadpeer {

// `file`: an empty file in `folder`, `shown`: its name once it is published.
std::unique_ptr<Book> open_database(const std::string& folder, const std::string& file,
                                    const std::string& shown);

}  // namespace deadpeer
