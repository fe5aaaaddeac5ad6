// Descriptor: a file descriptor that closes itself.
//
// Threads: plain value.
#pragma once

#include <unistd.h>

#include <utility>

namespace deadpeer {

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;

    explicit operator bool() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

}  // namespace deadpeer
