#include <unistd.h>

#include <new>

#include "capture/truncation_guard.h"
#include "cli/arguments.h"
#include "cli/run.h"
#include "cli/signals.h"
#include "cli/standard_streams.h"

int main(int argc, char** argv) {
    using namespace deadpeer::cli;
    occupy_standard_descriptors();
    install_signal_handlers();
    deadpeer::capture::survive_truncated_mappings();
    try {
        const auto parsed = parse_arguments(argc, argv);
        if (const Settings* settings = std::get_if<Settings>(&parsed)) {
            return static_cast<int>(run(*settings));
        }
        const Answer& answer = std::get<Answer>(parsed);
        const bool printed = print(answer.code == ExitCode::kOk ? STDOUT_FILENO : STDERR_FILENO, answer.text);
        return static_cast<int>(printed ? answer.code : worse_of(answer.code, ExitCode::kNotWritten));
    } catch (const std::bad_alloc&) {
        print(STDERR_FILENO, "deadpeer: out of memory; give --memory a smaller size\n");
        return static_cast<int>(ExitCode::kUsage);
    }
}
