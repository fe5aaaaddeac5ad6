// What a function writes to a descriptor, as text.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "report/columns/cells.h"
#include "report/temporary_folder.h"

namespace deadpeer {

// Calls `write(descriptor)` and answers the bytes that arrived.
template <typename Write>
std::string bytes_written_by(const Write& write) {
    const TemporaryFolder folder;
    const std::string path = folder.file("out");
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    write(descriptor);
    ::close(descriptor);
    return content_of(path);
}

// One row with the cells that `write(cells)` makes.
template <typename Write>
std::string row_of(const CsvDialect& dialect, const Write& write) {
    return bytes_written_by([&](int descriptor) {
        Output output(descriptor);
        Cells cells(output, dialect);
        write(cells);
        cells.end_row();
        output.flush();
    });
}

}  // namespace deadpeer
