// A disk that takes no more, as a limit on the size of files.
#pragma once

#include <sys/resource.h>

#include <csignal>
#include <stdexcept>

namespace deadpeer {

// While it lives no file of this process grows beyond `bytes`: a write that would takes only what fits, the
// next fails with EFBIG.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        set({bytes, before_.rlim_max});
    }
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    static void set(const rlimit& limit) {
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error("no limit");
    }

    rlimit before_{};
};

}  // namespace deadpeer
