// Which process has which socket, from a folder that looks like /proc.
#include "sockets/socket_owners.h"

#include <unistd.h>

#include <set>

#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

class Proc {
public:
    void add(int pid, const std::string& name) {
        const auto process = folder_.path() / std::to_string(pid);
        std::filesystem::create_directories(process / "fd");
        write_file(process / "comm", name + "\n");
    }
    void open(int pid, const std::string& descriptor, const std::string& target) {
        std::filesystem::create_symlink(target, folder_.path() / std::to_string(pid) / "fd" / descriptor);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

private:
    TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("sockets are found by their inodes, with their processes") {
    Proc proc;
    proc.add(17, "web server");
    proc.open(17, "0", "/dev/null");
    proc.open(17, "3", "socket:[4000000000]");
    proc.open(17, "5", "socket:[8]");
    proc.add(18, "none");
    proc.open(18, "0", "pipe:[8]");
    proc.add(19, "db");
    proc.open(19, "4", "socket:[9]");
    std::filesystem::create_directory(proc.path() / "sys");
    const auto owners = SocketOwners::scan(proc.path().string());
    REQUIRE(owners);
    const auto web = owners.value().find(4'000'000'000);
    REQUIRE(web);
    CHECK(web->owner.pid == 17);
    CHECK(web->owner.process == "web server");
    CHECK(web->owner.uid == ::geteuid());
    CHECK(web->descriptor == 3);
    CHECK(owners.value().find(8)->descriptor == 5);
    CHECK(owners.value().find(9)->owner.process == "db");
    CHECK_FALSE(owners.value().find(7));
    CHECK_FALSE(owners.value().find(10));
}

TEST_CASE("of a socket that several processes have every one is found") {
    Proc proc;
    for (const int pid : {17, 18, 19}) {
        proc.add(pid, "worker");
        proc.open(pid, std::to_string(pid), "socket:[8]");
        proc.open(pid, "3", "socket:[" + std::to_string(pid) + "]");
    }
    const auto owners = SocketOwners::scan(proc.path().string());
    REQUIRE(owners);
    std::set<pid_t> pids;
    for (std::size_t n = 0; n < 3; ++n) {
        const auto found = owners.value().find(8, n);
        REQUIRE(found);
        CHECK(found->descriptor == found->owner.pid);
        pids.insert(found->owner.pid);
    }
    CHECK(pids == std::set<pid_t>{17, 18, 19});
    CHECK_FALSE(owners.value().find(8, 3));
    CHECK_FALSE(owners.value().find(17, 1));
}

TEST_CASE("links that name no socket, and processes that have gone") {
    Proc proc;
    proc.add(17, "odd");
    int number = 0;
    for (const std::string target :
         {"socket:[", "socket:[]", "socket:[x]", "socket:[-1]", "socket:[4294967296]", "socket:[1] ",
          "xsocket:[2]", "socket:[3", "socket:[00000000000000000000000004]"})
        proc.open(17, std::to_string(number++), target);
    proc.open(17, "x", "socket:[5]");
    std::filesystem::create_directory(proc.path() / "18");  // without fd
    const auto owners = SocketOwners::scan(proc.path().string());
    REQUIRE(owners);
    for (std::uint32_t inode = 0; inode < 6; ++inode) CHECK_FALSE(owners.value().find(inode));
}

TEST_CASE("a process without a name has an empty one") {
    Proc proc;
    proc.add(17, "");
    proc.open(17, "3", "socket:[1]");
    std::filesystem::remove(proc.path() / "17" / "comm");
    const auto owners = SocketOwners::scan(proc.path().string());
    REQUIRE(owners);
    CHECK(owners.value().find(1)->owner.process.empty());
}

TEST_CASE("where there is no /proc it is said") {
    const auto owners = SocketOwners::scan("/nonexistent/proc");
    REQUIRE_FALSE(owners);
    CHECK(owners.error().message ==
          "Cannot read /nonexistent/proc: No such file or directory. Mount the proc file system there.");
}
