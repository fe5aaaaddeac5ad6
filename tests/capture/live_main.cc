// The runner of tests that capture: what they need is rights to make network namespaces. Root has them, and
// then everything must pass; somebody else may not have them, and then ctest says that they were skipped.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "support/run_catch.h"

namespace {

bool may_make_namespaces() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 ? 0 : 1);
    int status = 1;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr int kSkipped = 77;
    if (::geteuid() != 0 && !may_make_namespaces()) {
        std::puts("not root, and no network namespace can be made: skipped");
        return kSkipped;
    }
    return deadpeer::run_catch(argc, argv);
}
