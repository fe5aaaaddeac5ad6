// UnpackingMemory: what the inputs that are open at once may take together to unpack what they hold.
//
// Lifetime: parts keep it alive, and give back what they had.
// Threads:  a part belongs to one; those of several threads may be used at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace deadpeer::capture {

class UnpackingMemory {
public:
    static constexpr std::size_t kUsual = std::size_t{128} << 20;

    // A window of just that size fits, with what comes along with it.
    explicit UnpackingMemory(std::size_t most = kUsual) : most_(most) {}

    class Part;

private:
    static constexpr std::size_t kBesideWindow = std::size_t{1} << 20;

    std::size_t most_;
    std::atomic<std::size_t> taken_ = 0;
};

class UnpackingMemory::Part {
public:
    explicit Part(std::shared_ptr<UnpackingMemory> all) : all_(std::move(all)) {}
    ~Part() { all_->taken_ -= size_; }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    // False: there is not so much left, and the size stays.
    bool resize(std::size_t size) {
        std::size_t taken = all_->taken_;
        do {
            if (size > limit(taken)) return false;
        } while (!all_->taken_.compare_exchange_weak(taken, taken + size - size_));
        size_ = size;
        return true;
    }
    [[nodiscard]] std::size_t limit() const { return limit(all_->taken_); }
    // Of all of it; and do others have some?
    [[nodiscard]] std::size_t most() const { return all_->most_; }
    [[nodiscard]] bool is_shared() const { return all_->taken_ > size_; }

private:
    [[nodiscard]] std::size_t limit(std::size_t taken) const {
        return all_->most_ + kBesideWindow - (taken - size_);
    }

    std::shared_ptr<UnpackingMemory> all_;
    std::size_t size_ = 0;
};

}  // namespace deadpeer::capture
