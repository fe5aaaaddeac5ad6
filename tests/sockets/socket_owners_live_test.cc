// Processes that have sockets: many, hostile ones, those that may not be looked into, and those that come
// and go.
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <optional>
#include <set>
#include <thread>

#include "socket_lab.h"
#include "sockets/socket_options.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

using Catch::Matchers::ContainsSubstring;

// It leaves nothing in TIME_WAIT.
void close_by_reset(const Descriptor& socket) {
    const linger at_once = {1, 0};
    REQUIRE(::setsockopt(socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
}

// In a child: exec gives it no CAP_SYS_PTRACE.
void without_ptrace() {
    constexpr int kSysPtrace = 19;
    ::prctl(PR_CAPBSET_DROP, kSysPtrace);
}

TEST_CASE("without CAP_SYS_PTRACE: said once, and the cells stay empty") {
    const SocketLab lab;
    const Ends ends = connected("127.0.0.1");
    const Ends others = connected("::1");
    set_keepalive(ends.client, 75, 10, 3);
    const Finished run = run_program({"sockets"}, without_ptrace);
    CHECK(run.code == 0);
    CHECK(
        run.err ==
        "Connections: 4; keepalive on 0, off 0, not known 4; without a process 0\n"
        "deadpeer: CAP_SYS_PTRACE is missing to look into 4 sockets of other processes. What they are set to "
        "stays empty. Run it as root.\n");
    const Row row = row_of(run.out, "127.0.0.1", ends.client);
    for (const std::string none :
         {"keepalive", "idle_s", "interval_s", "count", "user_timeout_s", "pid", "process", "note"})
        CHECK(row.at(none).empty());
    CHECK(row.at("timer") == "keepalive");
    CHECK(row.at("user") == user_name());
    CHECK(row.at("inode") == inode_of(ends.client));
    CHECK(row_of(run.out, "::1", others.client).at("note") ==
          "no timer runs: nothing will notice when the peer dies");
}

TEST_CASE("a name that a process gave itself is escaped") {
    const SocketLab lab;
    const Ends ends = connected("127.0.0.1");
    ::prctl(PR_SET_NAME, "=a,\"\x1b[2J");
    const std::string csv = list();
    const std::string json = list({"--format", "jsonl"});
    const std::string table = list({"--format", "table"});
    ::prctl(PR_SET_NAME, "test");
    CHECK(row_of(csv, "127.0.0.1", ends.client).at("process") == "'=a,\"\\x1B[2J");
    CHECK_THAT(json, ContainsSubstring(R"("process":"=a,\"\\x1B[2J","user")"));
    CHECK_THAT(table, ContainsSubstring("=a,\"\\x1B[2J[" + std::to_string(::getpid()) + "]"));
    CHECK(csv.find('\x1b') + json.find('\x1b') + table.find('\x1b') == 3 * std::string::npos);
}

TEST_CASE("hundreds of connections, more than the kernel tells at once, are all listed once") {
    const SocketLab lab;
    std::set<std::string> expected;
    std::vector<Ends> all;
    for (int i = 0; i < 200; ++i) {
        all.push_back(connected(i % 2 == 0 ? "127.0.0.1" : "::1"));
        set_keepalive(all.back().client, 100 + i, 10, 3);
        expected.insert(inode_of(all.back().client) + " on " + std::to_string(100 + i));
        expected.insert(inode_of(all.back().server) + " off 7200");
    }
    std::set<std::string> listed;
    const std::vector<Row> rows = rows_of(list());
    for (const Row& row : rows)
        listed.insert(row.at("inode") + " " + row.at("keepalive") + " " + row.at("idle_s"));
    CHECK(rows.size() == expected.size());
    CHECK(listed == expected);
}

TEST_CASE("sockets and processes that come and go meanwhile are no error") {
    const SocketLab lab;
    const Ends steady = connected("127.0.0.1");
    std::atomic<bool> enough = false;
    std::thread coming_and_going([&] {
        const Descriptor listener = listen_at("127.0.0.1");
        while (!enough) {
            const Descriptor client = connect_to("127.0.0.1", port_of(listener));
            const Descriptor server = accept_from(listener);
            close_by_reset(client);
            const pid_t child = ::fork();
            if (child == 0) ::_exit(0);
            ::waitpid(child, nullptr, 0);
        }
    });
    for (int i = 0; i < 30; ++i) {
        const Finished run = run_program({"sockets", "-q"});
        CHECK(run.code == 0);
        CHECK(run.err == "");
        CHECK(row_of(run.out, "127.0.0.1", steady.client).at("keepalive") == "off");
    }
    enough = true;
    coming_and_going.join();
}

TEST_CASE("a socket that a process left to its children is theirs") {
    const SocketLab lab;
    std::optional<Descriptor> client;
    const Descriptor listener = listen_at("127.0.0.1");
    client.emplace(connect_to("127.0.0.1", port_of(listener)));
    const Descriptor server = accept_from(listener);
    set_keepalive(*client, 60, 5, 2);
    const std::string port = port_of(*client);
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    client.reset();
    const Row row = wait_for_row([&](const Row& each) { return each.at("local_port") == port; });
    CHECK(row.at("pid") == std::to_string(child));
    CHECK(row.at("idle_s") == "60");
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST_CASE("a process, a descriptor or a socket that is gone is no answer, and no other socket's") {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const Descriptor other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(other);
    const auto number_of = [](const Descriptor& each) {
        return static_cast<std::uint32_t>(std::stoul(inode_of(each)));
    };
    const SocketOwners::Found found = {{::getpid(), "", 0}, socket.number()};
    const OptionsAnswer own = read_socket_options(found, number_of(socket));
    REQUIRE(own.kind == OptionsAnswer::Kind::kRead);
    CHECK_FALSE(own.options.on);
    CHECK(read_socket_options(found, number_of(other)).kind == OptionsAnswer::Kind::kGone);
    constexpr int kClosed = 1'000'000;
    CHECK(read_socket_options({{::getpid(), "", 0}, kClosed}, 1).kind == OptionsAnswer::Kind::kGone);
    constexpr pid_t kNobody = 0x7fffffff;
    CHECK(read_socket_options({{kNobody, "", 0}, 3}, 1).kind == OptionsAnswer::Kind::kGone);
}

}  // namespace
}  // namespace deadpeer::test
