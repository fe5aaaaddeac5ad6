// The runner of test programs. Cases with the tag [root] need root; ctest runs them by themselves.
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "support/run_catch.h"

int main(int argc, char** argv) {
    constexpr int kNotRun = 77;  // SKIP_RETURN_CODE of tests/CMakeLists.txt
    if (argc == 2 && std::string_view(argv[1]) == "[root]" && ::geteuid() != 0) {
        std::puts("only root can become another user, or give files away");
        return kNotRun;
    }
    return deadpeer::run_catch(argc, argv);
}
