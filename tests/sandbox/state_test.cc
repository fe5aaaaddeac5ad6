// What is on afterwards, as the kernel tells it, and what is said of it.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <sstream>

#include "sandbox/child.h"
#include "sandbox/ground.h"
#include "sandbox/landlock.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

using Lines = std::vector<std::string>;

// Of /proc/self/status, which must be open before: inside the sandbox it cannot be opened.
std::string status_line(int descriptor, const std::string& name) {
    std::string text(16384, '\0');
    text.resize(
        static_cast<std::size_t>(std::max<ssize_t>(::pread(descriptor, text.data(), text.size(), 0), 0)));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + ":")) return line;
    }
    return "no " + name;
}

const char* const kStatusLines[] = {"Uid",    "Gid",    "Groups", "CapInh",     "CapPrm",
                                    "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"};

Lines status_after(const sandbox::Plan& plan, unsigned uid) {
    return in_child(uid,
                    [&](const Tell& tell) {
                        const int status = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
                        enter_or_throw(plan);
                        for (const char* name : kStatusLines) tell(status_line(status, name));
                    })
        .lines;
}

bool contains(const Lines& lines, const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

// A kernel that lacks these calls.
void take_away(std::initializer_list<int> calls) {
    const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
    for (const int call : calls) {
        if (call == SCMP_SYS(prctl)) {
            const scmp_arg_cmp filters = {0, SCMP_CMP_EQ, PR_SET_SECCOMP, 0};
            ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), call, 1, filters);
        } else {
            ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0);
        }
    }
    if (::seccomp_load(filter) != 0) throw std::runtime_error("no filter");
    ::seccomp_release(filter);
}

// What is said on such a kernel.
Lines said_without(std::initializer_list<int> calls) {
    return in_child(::geteuid(),
                    [&](const Tell& tell) {
                        take_away(calls);
                        const auto state = sandbox::enter({});
                        if (!state) return tell(state.error().message);
                        tell(state.value().text());
                        tell(state.value().warning());
                    })
        .lines;
}

const std::string kLandlock = "Landlock ABI " + std::to_string(sandbox::landlock_abi());

}  // namespace

TEST_CASE("no capability, no way back, and a filter: as the kernel tells it") {
    for (const unsigned uid : possible_users()) {
        const Ground ground(uid);
        const Lines status = status_after(ground.plan(), uid);
        INFO("as user " << uid);
        for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
            CHECK(contains(status, std::string(set) + ":\t0000000000000000"));
        }
        CHECK(contains(status, "CapBnd:\t0000000000000000") == (uid == 0));  // else there is no right to
        CHECK(contains(status, "NoNewPrivs:\t1"));
        CHECK(contains(status, "Seccomp:\t2"));
    }
}

TEST_CASE("root becomes the user of the plan, in all of its ids, and alone", "[root]") {
    sandbox::Plan plan;
    plan.user = sandbox::find_user("nobody").value();
    const Lines status = status_after(plan, 0);
    CHECK(contains(status, "Uid:\t65534\t65534\t65534\t65534"));
    CHECK(contains(status, "Gid:\t65534\t65534\t65534\t65534"));
    CHECK(contains(status, "Groups:\t "));
    CHECK(contains(status, "CapBnd:\t0000000000000000"));
}

TEST_CASE("who is not root cannot become another user, and stays if that was only a wish") {
    for (const bool wish : {false, true}) {
        const Ended ended = in_child(possible_users().back(), [&](const Tell& tell) {
            sandbox::Plan plan;
            plan.user = sandbox::User{possible_users().back() + 1, 1, "somebody"};
            plan.user_is_wish = wish;
            const auto state = sandbox::enter(plan);
            tell(state ? state.value().user : state.error().message);
        });
        CHECK(ended.lines == Lines{wish ? ""
                                        : "Cannot become user somebody: Operation not permitted. Name "
                                          "another with -Z."});
    }
}

TEST_CASE("a folder made by this run is given to the user; another must be writable already", "[root]") {
    for (const bool created : {true, false}) {
        const Ground ground(0);
        const Ended ended = in_child(0, [&](const Tell& tell) {
            sandbox::Plan plan = ground.plan();
            plan.folders[0].created = created;
            plan.user = sandbox::find_user("nobody").value();
            const auto state = sandbox::enter(plan);
            tell(state ? state.value().user : state.error().message);
            tell(::openat(ground.descriptor(), "new", O_WRONLY | O_CREAT, 0640) >= 0 ? "written"
                                                                                     : "not written");
        });
        struct stat info = {};
        REQUIRE(::fstat(ground.descriptor(), &info) == 0);
        CHECK(info.st_uid == (created ? kNobody : 0));
        const std::string refusal = "User nobody cannot write to " + ground.places().inside +
                                    ". Give it to that user (chown nobody " + ground.places().inside +
                                    "), choose another folder, or another user with -Z.";
        CHECK(ended.lines == (created ? Lines{"nobody", "written"} : Lines{refusal, "not written"}));
    }
}

TEST_CASE("who cannot give a folder away is told so, and keeps it if that was only a wish", "[root]") {
    for (const bool wish : {false, true}) {
        const Ground ground(0);
        const Ended ended = in_child(0, [&](const Tell& tell) {
            sandbox::Plan plan = ground.plan();
            plan.folders[0].created = true;
            plan.user = sandbox::find_user("nobody").value();
            plan.user_is_wish = wish;
            take_away({SCMP_SYS(fchownat)});
            const auto state = sandbox::enter(plan);
            tell(state ? state.value().user : state.error().message);
            tell(::openat(ground.descriptor(), "new", O_WRONLY | O_CREAT, 0640) >= 0 ? "written"
                                                                                     : "not written");
            tell(::open((ground.places().outside + "/new").c_str(), O_WRONLY | O_CREAT, 0640) >= 0
                     ? "written"
                     : "not written");
        });
        const std::string refusal =
            "Cannot give the folder " + ground.places().inside + " to user nobody: Function not implemented.";
        CHECK(ended.lines ==
              (wish ? Lines{"", "written", "not written"} : Lines{refusal, "written", "written"}));
    }
}

TEST_CASE("what is on is said, and what the kernel lacks is a warning") {
    CHECK(said_without({}) == Lines{"sandbox: no capabilities, " + kLandlock + ", seccomp", ""});
    CHECK(said_without({SCMP_SYS(landlock_create_ruleset)}) ==
          Lines{"sandbox: no capabilities, no Landlock, seccomp",
                "this kernel has no Landlock, or one without moves between folders: the sandbox is weaker "
                "than it "
                "could be"});
    CHECK(said_without({SCMP_SYS(seccomp), SCMP_SYS(prctl)}) ==
          Lines{"sandbox: no capabilities, " + kLandlock + ", no seccomp",
                "this kernel has no seccomp filters: the sandbox is weaker than it could be"});
}

TEST_CASE("users by name and by number") {
    CHECK(sandbox::find_user("root").value().uid == 0);
    CHECK(sandbox::find_user("0").value().name == "root");
    CHECK(sandbox::find_user("nobody").value().uid == kNobody);
    CHECK(sandbox::find_user("54321").value().uid == 54321);
    CHECK(sandbox::find_user("54321").value().gid == 54321);
    for (const char* name : {"no such user", "", "-1", "4294967295", "1x"}) {
        INFO(name);
        CHECK_FALSE(sandbox::find_user(name).ok());
    }
}
