// The runner of tests that capture. Who may not make network namespaces cannot run them; ctest is told so.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "live_lab.h"
#include "support/run_catch.h"

namespace {

bool a_lab_can_be_made() {
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            const deadpeer::test::NetworkLab lab;
            ::_exit(0);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            ::_exit(1);
        }
    }
    int status = 1;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr int kNotRun = 77;  // SKIP_RETURN_CODE of CMakeLists.txt
    if (!a_lab_can_be_made()) {
        std::fputs(
            "no network namespaces can be made here; that takes root with CAP_SYS_ADMIN and "
            "CAP_NET_ADMIN\n",
            stderr);
        return kNotRun;
    }
    return deadpeer::run_catch(argc, argv);
}
