#include "cli/file_writers.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace deadpeer::cli {

Writers writers_of(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) return Writers::kUnknown;
    Writers writers = Writers::kNone;
    if (::fcntl(descriptor, F_SETLEASE, F_RDLCK) == 0) {
        ::fcntl(descriptor, F_SETLEASE, F_UNLCK);
    } else {
        writers = errno == EAGAIN ? Writers::kSome : Writers::kUnknown;
    }
    ::close(descriptor);
    return writers;
}

}  // namespace deadpeer::cli
