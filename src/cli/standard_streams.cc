#include "cli/standard_streams.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace deadpeer::cli {

void occupy_standard_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
        // The lowest free number is given out first, and those below are taken.
        const int mode = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        if (::open("/dev/null", mode) < 0) return;
    }
}

bool print(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(descriptor, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool print_out(std::string_view text) {
    if (print(STDOUT_FILENO, text)) return true;
    report_output_error(errno);
    return false;
}

void report_output_error(int error) {
    if (error == EPIPE) return;
    print(STDERR_FILENO, fmt::format("deadpeer: Cannot write standard output: {}.\n", std::strerror(error)));
}

}  // namespace deadpeer::cli
