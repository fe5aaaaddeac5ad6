#include <malloc.h>
#include <unistd.h>

#include <new>
#include <string_view>

#include "capture/file/truncation_guard.h"
#include "cli/arguments.h"
#include "cli/compare.h"
#include "cli/diff.h"
#include "cli/run.h"
#include "cli/signals.h"
#include "cli/slim.h"
#include "cli/sockets.h"
#include "cli/standard_streams.h"

namespace {

using namespace deadpeer::cli;

int print_answer(const Answer& answer) {
    const bool printed =
        answer.code == ExitCode::kOk ? print_out(answer.text) : print(STDERR_FILENO, answer.text);
    return static_cast<int>(printed ? answer.code : worse_of(answer.code, ExitCode::kNotWritten));
}

template <typename Wanted>
int carry_out(const std::variant<Wanted, Answer>& parsed, ExitCode (*run_it)(const Wanted&)) {
    if (const Wanted* settings = std::get_if<Wanted>(&parsed)) return static_cast<int>(run_it(*settings));
    return print_answer(std::get<Answer>(parsed));
}

// What connections leave shall go back to the system: glibc, left alone, takes larger and larger blocks from
// its heap once one was freed, and its heap can only shrink at its end.
void give_back_large_blocks() {
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

}  // namespace

int main(int argc, char** argv) {
    occupy_standard_descriptors();
    give_back_large_blocks();
    ignore_write_signals();
    // A file of that name is ./diff, and so on.
    const std::string_view command = argc > 1 ? argv[1] : "";
    const bool analyses =
        command != "diff" && command != "slim" && command != "sockets" && command != "compare";
    try {
        if (command == "diff") return carry_out(parse_diff_arguments(argc, argv), run_diff);
        if (command == "sockets") return carry_out(parse_sockets_arguments(argc, argv), run_sockets);
        install_signal_handlers();
        deadpeer::capture::survive_truncated_mappings();
        if (command == "compare") return carry_out(parse_compare_arguments(argc, argv), run_compare);
        if (command == "slim") return carry_out(parse_slim_arguments(argc, argv), run_slim);
        return carry_out(parse_arguments(argc, argv), run);
    } catch (const std::bad_alloc&) {
        print(STDERR_FILENO, analyses ? "deadpeer: out of memory; give --memory a smaller size\n"
                                      : "deadpeer: out of memory\n");
        return static_cast<int>(ExitCode::kUsage);
    }
}
