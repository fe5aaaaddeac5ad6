// InputFiles: the files of a run, opened before any of them is read and before rights are given up.
//
// What:    so that a file that only root may read can be read without root, and a file that is moved
//          meanwhile is found. There may be more files than descriptors: the rest is opened when its turn
//          comes.
// Threads: one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deadpeer/result.h"

namespace deadpeer::cli {

class InputFiles {
public:
    // Raises the limit of open files as far as it goes and is needed.
    explicit InputFiles(const std::vector<std::string>& paths);
    ~InputFiles();
    InputFiles(const InputFiles&) = delete;
    InputFiles& operator=(const InputFiles&) = delete;

    // What open_input() said, once for each input; the descriptor is the caller's then. Nothing if the input
    // must be opened now.
    std::optional<Result<int>> take(std::size_t place);

    // Those that must be opened later.
    [[nodiscard]] const std::vector<std::string>& late() const { return late_; }

private:
    struct Input {
        int descriptor = -1;
        std::string refusal = {};
        bool late = false;
    };
    std::vector<Input> inputs_;
    std::vector<std::string> late_;
};

}  // namespace deadpeer::cli
