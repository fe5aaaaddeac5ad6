// The runner of tests that capture: what they need is rights to make network namespaces. Root has them, and
// then everything must pass; somebody else may not have them, and then the tests are skipped, which ctest
// says.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

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
    return Catch::Session().run(argc, argv);
}
