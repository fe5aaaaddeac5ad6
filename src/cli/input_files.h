// InputFiles: the files of a run, opened before any of them is read and before rights are given up.
//
// What:     so that a file that only root may read can be read without root, and a file that is moved
//           meanwhile is found. There may be more files than descriptors: the rest is opened when its turn
//           comes. A file that stands there twice, under whatever names, is one input.
// Threads:  one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/input_names.h"
#include "deadpeer/result.h"

namespace deadpeer::cli {

class InputFiles {
public:
    // Raises the limit of open files as far as it goes and is needed.
    explicit InputFiles(const std::vector<InputName>& names);
    ~InputFiles();
    InputFiles(const InputFiles&) = delete;
    InputFiles& operator=(const InputFiles&) = delete;

    [[nodiscard]] std::size_t size() const { return inputs_.size(); }
    [[nodiscard]] const std::string& path(std::size_t place) const { return inputs_[place].name.path; }
    // By which the order of names goes.
    [[nodiscard]] const std::string& original(std::size_t place) const {
        const InputName& name = inputs_[place].name;
        return name.original.empty() ? name.path : name.original;
    }
    [[nodiscard]] bool from_folder(std::size_t place) const { return inputs_[place].name.from_folder; }
    // A look at its beginning would take something away.
    [[nodiscard]] bool is_stream(std::size_t place) const {
        return !inputs_[place].regular && inputs_[place].name.refusal.empty();
    }

    // Could it be opened, or will be tried to?
    [[nodiscard]] bool is_there(std::size_t place) const { return inputs_[place].name.refusal.empty(); }
    // It is there, and a pipe, a FIFO or a socket.
    [[nodiscard]] bool is_pipe(std::size_t place) const;

    // What open_input() says; the descriptor is the caller's.
    Result<int> take(std::size_t place);
    // The same, of a file that was taken. REQUIRES: keep_open() was called before, and it is no stream.
    [[nodiscard]] Result<int> take_again(std::size_t place) const;
    // Files will be taken again.
    void keep_open() { keeps_open_ = true; }
    // The same for a look at its beginning, after which it is still there. REQUIRES: it is no stream.
    [[nodiscard]] Result<int> borrow(std::size_t place) const;

    // The first that is_stream(); empty: none.
    [[nodiscard]] std::string stream() const;
    // Those that must be opened later.
    [[nodiscard]] std::vector<std::string> late() const;
    // Which files stand there again; empty if none does.
    [[nodiscard]] std::string repeated() const;

private:
    struct Input {
        InputName name;
        int descriptor = -1;
        bool late = false;
        bool regular = false;
    };
    std::vector<Input> inputs_;
    bool keeps_open_ = false;
    std::string repeated_;  // the first that did
    std::size_t repetitions_ = 0;
};

}  // namespace deadpeer::cli
