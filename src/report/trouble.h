// Trouble: what goes wrong again and again, told once.
//
// Threads: one thread at a time.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace deadpeer {

class Trouble {
public:
    explicit Trouble(std::function<void(const std::string&)> tell) : tell_(std::move(tell)) {}

    // A finished sentence; told unless it was told since the last over().
    void note(const std::string& cause);
    // All is well again. Tells `relief` if there was trouble.
    void over(const std::string& relief);

    // There was trouble at some time.
    [[nodiscard]] bool ever() const { return ever_; }

private:
    static constexpr std::size_t kMostCauses = 16;  // more than there are kinds of failure

    std::function<void(const std::string&)> tell_;
    std::vector<std::string> told_;
    bool ever_ = false;
};

}  // namespace deadpeer
