// Ground: two folders of one test, one that the sandbox leaves writable and one that it does not.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/temporary_folder.h"
#include "sandbox/attempts.h"
#include "sandbox/sandbox.h"

namespace deadpeer {

class Ground {
public:
    // All of it belongs to `uid`, and its permissions refuse that user nothing.
    explicit Ground(unsigned uid) {
        std::filesystem::create_directory(folder_.path() / "inside");
        std::filesystem::create_directory(folder_.path() / "outside");
        write_file(folder_.path() / "outside/file", "secret");
        write_file(folder_.path() / "inside/own", "own");
        std::filesystem::create_symlink(places().outside + "/file", folder_.path() / "inside/link");
        for (const char* name : {"", "inside", "outside", "outside/file", "inside/own"}) {
            if (::chown((folder_.path() / name).c_str(), uid, uid) != 0) throw std::runtime_error("chown");
        }
        descriptor_ = ::open(places().inside.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    ~Ground() { ::close(descriptor_); }
    Ground(const Ground&) = delete;
    Ground& operator=(const Ground&) = delete;

    [[nodiscard]] sandbox::Places places() const { return {folder_.file("outside"), folder_.file("inside")}; }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] sandbox::Plan plan() const {
        sandbox::Plan plan;
        plan.folders = {{places().inside, descriptor_, false}};
        return plan;
    }

private:
    TemporaryFolder folder_;
    int descriptor_ = -1;
};

// All of it must be on, or the test that asks for it proves nothing.
inline sandbox::State enter_or_throw(const sandbox::Plan& plan) {
    const auto state = sandbox::enter(plan);
    if (!state) throw std::runtime_error(state.error().message);
    if (!state.value().warning().empty()) throw std::runtime_error(state.value().warning());
    return state.value();
}

}  // namespace deadpeer
