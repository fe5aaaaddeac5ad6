// What the sandbox refuses: each attempt is made for real.
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "report/storage/period_folders.h"
#include "sandbox/attempts.h"
#include "sandbox/child.h"
#include "sandbox/ground.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

bool refused(const std::string& line) {
    return line.ends_with(" EPERM") || line.ends_with(" EACCES");
}

// Throws if it is not allowed.
int bound_to_loopback() {
    const int socket = ::socket(AF_PACKET, SOCK_RAW, 0);
    sockaddr_ll address = {};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = 1;
    if (socket < 0 || ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("no packet socket");
    return socket;
}

}  // namespace

TEST_CASE("every attempt is refused, whoever started it") {
    for (const unsigned uid : possible_users()) {
        for (const bool live : {false, true}) {
            const Ground ground(uid);
            const Ended ended = in_child(uid, [&](const Tell& tell) {
                sandbox::Plan plan = ground.plan();
                plan.live = live;
                enter_or_throw(plan);
                for (const auto& attempt : sandbox::attempts(ground.places())) tell(to_text(attempt));
            });
            INFO("as user " << uid << (live ? ", live" : ", files"));
            CHECK(ended.code == 0);
            CHECK(ended.lines.size() > 40);
            for (const std::string& line : ended.lines) {
                INFO(line);
                CHECK(refused(line));
            }
            CHECK(content_of(ground.places().outside + "/file") == "secret");
        }
    }
}

TEST_CASE("from a socket that captures nothing is sent, and it stays where it is") {
    if (::geteuid() != 0) return;  // only root can open one
    const std::set<std::string> harmless = {"capture_write", "capture_sendto", "capture_dup", "capture_bind"};
    for (const bool confined : {false, true}) {
        const Ground ground(kNobody);
        const Ended ended = in_child(0, [&](const Tell& tell) {
            const int captures = bound_to_loopback();
            sandbox::Plan plan = ground.plan();
            plan.live = true;
            plan.receive_only = {captures};
            if (confined) enter_or_throw(plan);
            for (const auto& attempt :
                 sandbox::attempts(ground.places(), confined ? std::set<std::string>() : harmless)) {
                if (attempt.name.starts_with("capture_")) tell(to_text(attempt));
            }
        });
        INFO(ended.err);
        CHECK(ended.lines.size() == (confined ? 26 : harmless.size()));
        for (const std::string& line : ended.lines) {
            INFO(line);
            CHECK((confined ? line.ends_with(" EPERM") : line.ends_with(" done")));
        }
    }
}

TEST_CASE("without the sandbox an attempt succeeds, so that the attempts prove something") {
    const Ground ground(possible_users().back());
    const Ended ended = in_child(possible_users().back(), [&](const Tell& tell) {
        const std::set<std::string> harmless = {"open_etc_passwd", "read_outside", "socket_inet"};
        for (const auto& attempt : sandbox::attempts(ground.places(), harmless)) tell(to_text(attempt));
    });
    CHECK(ended.lines ==
          std::vector<std::string>{"open_etc_passwd done", "read_outside done", "socket_inet done"});
}

TEST_CASE("who may not give reports away is told to name another user", "[root]") {
    const Ground ground(kNobody);
    const Ended ended = in_child(kNobody, [&](const Tell& tell) {
        const auto folder = ReportFolder::open(ground.places().inside);
        tell(folder ? give_reports(*folder.value(), 0, 0).error().message : folder.error().message);
    });
    REQUIRE(ended.lines.size() == 1);
    CHECK(ended.lines[0] == "Cannot give the reports in " + ground.places().inside +
                                " to the user of -Z: Operation not permitted. Name another user with -Z.");
}
