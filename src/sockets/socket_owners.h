// SocketOwners: which process has which socket open.
//
// What:     one look at /proc/PID/fd of every process that may be looked into. Processes that end meanwhile
//           are passed over.
// Memory:   12 bytes for each socket that a process has open, and a record for each process with one.
// Lifetime: names of processes are valid as long as it is.
// Threads:  one thread at a time.
// Errors:   finished sentences: there is no /proc.
// Source:   proc_pid_fd(5), proc_pid_comm(5).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "deadpeer/result.h"
#include "sockets/tcp_socket.h"

namespace deadpeer {

class SocketOwners {
public:
    // `proc`: a folder such as /proc.
    static Result<SocketOwners> scan(const std::string& proc = "/proc");

    struct Found {
        SocketOwner owner;
        int descriptor = -1;  // in that process
    };
    // The n-th process that has it, from 0, in the order in which they were met.
    [[nodiscard]] std::optional<Found> find(std::uint32_t inode, std::size_t nth = 0) const;

private:
    struct Process {
        pid_t pid;
        uid_t uid;
        std::string name;
    };
    struct Open {
        std::uint32_t inode;
        std::uint32_t process;  // index
        int descriptor;
    };

    SocketOwners() = default;
    void scan_process(int proc, const char* name, pid_t pid);
    bool scan_descriptors(int folder, std::uint32_t process);

    std::vector<Process> processes_;
    std::vector<Open> open_;  // by inode
};

}  // namespace deadpeer
