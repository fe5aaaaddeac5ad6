#include "sandbox/landlock.h"

#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace deadpeer::sandbox {
namespace {

// What Debian 12's header does not have yet.
constexpr std::uint64_t kTruncate = 1ULL << 14;
constexpr std::uint64_t kIoctlDevice = 1ULL << 15;
constexpr std::uint64_t kBindTcp = 1ULL << 0;
constexpr std::uint64_t kConnectTcp = 1ULL << 1;
constexpr std::uint64_t kScopeAbstractUnixSocket = 1ULL << 0;
constexpr std::uint64_t kScopeSignal = 1ULL << 1;

// As the latest kernel has it. An older one takes the rest if it is zero.
struct RulesetAttributes {
    std::uint64_t files;
    std::uint64_t network;
    std::uint64_t scopes;
};

constexpr std::uint64_t kFilesOfAbi1 = LANDLOCK_ACCESS_FS_REFER - 1;

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWrite = kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                 LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REFER | kTruncate;

Error failure(const char* what) {
    return {fmt::format("Cannot set up the sandbox: Landlock {}: {}. Try --no-sandbox.", what,
                        std::strerror(errno))};
}

}  // namespace

int landlock_abi() {
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return static_cast<int>(std::max(abi, 0L));
}

LandlockRights landlock_rights(int abi) {
    LandlockRights rights;
    if (abi >= 1) rights.files |= kFilesOfAbi1;
    if (abi >= 2) rights.files |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3) rights.files |= kTruncate;
    if (abi >= 4) rights.network = kBindTcp | kConnectTcp;
    if (abi >= 5) rights.files |= kIoctlDevice;
    if (abi >= 6) rights.scopes = kScopeAbstractUnixSocket | kScopeSignal;
    return rights;
}

Result<Landlock> Landlock::create(int abi) {
    const LandlockRights rights = landlock_rights(abi);
    const RulesetAttributes attributes = {rights.files, rights.network, rights.scopes};
    const long ruleset = ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (ruleset < 0) return failure("has no ruleset");
    return Landlock(static_cast<int>(ruleset), rights.files);
}

Landlock::~Landlock() {
    if (ruleset_ >= 0) ::close(ruleset_);
}

Landlock::Landlock(Landlock&& other) noexcept
    : ruleset_(std::exchange(other.ruleset_, -1)), files_(other.files_) {}

Status Landlock::allow(int descriptor, std::uint64_t rights) {
    landlock_path_beneath_attr rule = {};
    rule.allowed_access = rights & files_;
    rule.parent_fd = descriptor;
    if (::syscall(SYS_landlock_add_rule, ruleset_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0)
        return success();
    return failure("takes no rule");
}

Status Landlock::allow_writing(int folder) {
    return allow(folder, kWrite);
}

Status Landlock::allow_removing_folders(int folder) {
    return allow(folder, LANDLOCK_ACCESS_FS_REMOVE_DIR);
}

Status Landlock::allow_reading(int file_or_folder) {
    struct stat info = {};
    const bool folder = ::fstat(file_or_folder, &info) == 0 && S_ISDIR(info.st_mode);
    return allow(file_or_folder, folder ? kRead : LANDLOCK_ACCESS_FS_READ_FILE);
}

Status Landlock::restrict_this_thread() {
    if (::syscall(SYS_landlock_restrict_self, ruleset_, 0) == 0) return success();
    return failure("does not start");
}

}  // namespace deadpeer::sandbox
