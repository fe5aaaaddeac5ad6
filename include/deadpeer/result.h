// Result<T>: a value, or the reason why there is none.
//
// What:   returned where setup can fail: opening a capture, a filter, an output folder, a table.
//         `Error::message` is a finished sentence: what failed, which file, what to try.
//         Damaged input is not an Error: readers report it as a ReadStatus and go on as far as they can.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace deadpeer {

struct Error {
    std::string message;
};

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    // REQUIRES: ok().
    [[nodiscard]] T& value() & { return std::get<0>(state_); }
    [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
    [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }

    // REQUIRES: !ok().
    [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

private:
    std::variant<T, Error> state_;
};

using Status = Result<std::monostate>;

inline Status success() {
    return Status{std::monostate{}};
}

}  // namespace deadpeer
