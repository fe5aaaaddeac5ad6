// Landlock by itself, as kernels of every age have it.
#include "sandbox/landlock.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "sandbox/child.h"
#include "sandbox/ground.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

void restrict_to(int folder, int abi) {
    auto landlock = sandbox::Landlock::create(abi);
    if (!landlock || !landlock.value().allow_writing(folder)) throw std::runtime_error("no rule");
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!landlock.value().restrict_this_thread()) throw std::runtime_error("not restricted");
}

std::string outcome(int result) {
    return result >= 0 ? "done" : ::strerrorname_np(errno);
}

}  // namespace

TEST_CASE("Landlock refuses what each ABI knows") {
    struct Case {
        int abi;
        std::uint64_t files, network, scopes;
    };
    const Case cases[] = {
        {0, 0, 0, 0},      {1, 0x1fff, 0, 0}, {2, 0x3fff, 0, 0}, {3, 0x7fff, 0, 0},
        {4, 0x7fff, 3, 0}, {5, 0xffff, 3, 0}, {6, 0xffff, 3, 3}, {7, 0xffff, 3, 3},
    };
    for (const Case& c : cases) {
        const sandbox::LandlockRights rights = sandbox::landlock_rights(c.abi);
        INFO("ABI " << c.abi);
        CHECK(rights.files == c.files);
        CHECK(rights.network == c.network);
        CHECK(rights.scopes == c.scopes);
    }
}

TEST_CASE("with the rights of each ABI: outside nothing, inside everything") {
    REQUIRE(sandbox::landlock_abi() >= 1);
    for (int abi = 1; abi <= sandbox::landlock_abi(); ++abi) {
        const Ground ground(::geteuid());
        const Ended ended = in_child(::geteuid(), [&](const Tell& tell) {
            restrict_to(ground.descriptor(), abi);
            const std::string inside = ground.places().inside + "/";
            const std::string outside = ground.places().outside + "/";
            tell(outcome(::open((outside + "file").c_str(), O_RDONLY)));
            tell(outcome(::open((outside + "file").c_str(), O_WRONLY)));
            tell(outcome(::open((inside + "new").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0640)));
            tell(outcome(::rename((inside + "new").c_str(), (inside + "flows.csv").c_str())));
            tell(outcome(::mkdir((inside + "period").c_str(), 0750)));
            // Files can move between folders from ABI 2 on: before it the sandbox of a live capture has no
            // Landlock.
            tell(outcome(::rename((inside + "flows.csv").c_str(), (inside + "period/flows.csv").c_str())));
        });
        INFO("ABI " << abi);
        CHECK(ended.lines == std::vector<std::string>{"EACCES", "EACCES", "done", "done", "done",
                                                      abi == 1 ? "EXDEV" : "done"});
    }
}
