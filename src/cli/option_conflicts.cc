#include "cli/option_conflicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "cli/connection_limit.h"
#include "cli/report_choice.h"
#include "report/grouped.h"

namespace deadpeer::cli {
namespace {

constexpr std::size_t kSmallestMemory = std::size_t{1} << 20;
constexpr std::size_t kLargestBuffer = std::size_t{1} << 30;
// Ethernet, a VLAN tag, IPv4 and a TCP header with the options that hosts really send.
constexpr std::uint32_t kSmallestSnapLength = 96;
constexpr std::uint32_t kLargestSnapLength = 262'144;
constexpr double kSmallestInterval = 1;

bool is_live(const RawOptions& words) {
    return !words.interfaces.empty();
}

std::string wrong_inputs(const RawOptions& words) {
    if (words.inputs.empty()) return "name a capture file, or - for standard input, or an interface with -i";
    if (std::count(words.inputs.begin(), words.inputs.end(), "-") > 1) {
        return "standard input can be read only once";
    }
    return {};
}

struct Given {
    const char* option;
    bool given;
};

std::string first_given(std::span<const Given> options) {
    const auto found = std::ranges::find_if(options, &Given::given);
    return found == options.end() ? "" : found->option;
}

std::string wrong_without_interface(const RawOptions& words) {
    const std::array of_interfaces = {
        Given{"-p", words.not_promiscuous},
        Given{"-s", words.snap_length.has_value()},
        Given{"-y", !words.link_type.empty()},
        Given{"--time-stamp-type", !words.time_stamp_type.empty()},
        Given{"--buffer-size", words.buffer_size.has_value()},
        Given{"--wait-for-interface", words.wait_for_interface},
    };
    const std::string wrong = first_given(of_interfaces);
    return wrong.empty() ? "" : fmt::format("{} goes with -i", wrong);
}

std::string wrong_live_output(const RawOptions& words) {
    const bool to_standard_output = words.output == "-";
    if (to_standard_output && words.reports != std::vector<std::string>{"events"}) {
        return "live, -o - prints events as they happen: --report events; the other reports need a folder";
    }
    if (const std::string book = book_of(words); !book.empty()) {
        return fmt::format("live, {} is not written; --format jsonl or csv, or read a file of the capture",
                           book);
    }
    if (to_standard_output && words.print)
        return "--print and -o - both write to standard output; choose one";
    const bool to_folder = !words.output.empty() && !to_standard_output;
    if (!words.html.empty() && !to_folder) return "live, --html needs a folder of reports: -o DIR";
    if (!words.rotate.empty() && !to_folder) return "--rotate needs a folder of reports: -o DIR";
    if (words.keep && !to_folder) return "--keep needs a folder of reports: -o DIR";
    if (words.keep == 0U) return "--keep must be at least 1; without it the reports of all periods stay";
    if (words.interval.value_or(kSmallestInterval) < kSmallestInterval) {
        return "--interval must be at least 1";
    }
    if (words.no_sandbox && !words.user.empty()) return "-Z is part of the sandbox, contrary to --no-sandbox";
    return {};
}

std::string wrong_pipe(const RawOptions& words) {
    const std::string option = words.live == true ? "--live" : option_of_live_alone(words);
    if (option.empty()) return {};
    if (words.inputs.size() != 1) {
        return fmt::format("{} goes with -i, or with one pipe, as -, and no other input", option);
    }
    if (words.live == false) return fmt::format("{} contradicts --offline", option);
    return wrong_live_output(words);
}

std::string wrong_follow(const RawOptions& words) {
    if (!words.interfaces.empty() || !words.inputs.empty()) {
        return "--follow takes one folder, and no other input or -i; a filter goes after -f";
    }
    if (words.live) return "--live and --offline are for a pipe";
    const std::array not_for_folders = {
        Given{"--rotate", !words.rotate.empty()},
        Given{"--keep", words.keep.has_value()},
    };
    const std::string wrong = first_given(not_for_folders);
    if (wrong.empty()) return {};
    return fmt::format(
        "{} does not go with --follow: a run that is started again tells anew what was told in "
        "periods that are closed",
        wrong);
}

std::string wrong_interfaces(const RawOptions& words) {
    if (words.live) return "--live and --offline are for a pipe; an interface is live";
    if (!words.inputs.empty()) {
        return "read files or capture with -i, not both at once; a filter goes after -f";
    }
    std::set<std::string> names;
    for (const std::string& name : words.interfaces) {
        if (!names.insert(name).second) return fmt::format("-i names {} twice", name);
    }
    if (names.size() > 1 && names.contains("any")) {
        return "-i any captures from every interface; name no other beside it";
    }
    const std::uint32_t snap_length = words.snap_length.value_or(kLargestSnapLength);
    if (snap_length != 0 && (snap_length < kSmallestSnapLength || snap_length > kLargestSnapLength)) {
        return fmt::format("-s must be 0, for whole frames, or from {} to {}: the TCP header must be in it",
                           kSmallestSnapLength, grouped(kLargestSnapLength));
    }
    const std::size_t buffer = words.buffer_size.value_or(kSmallestBuffer);
    if (buffer < kSmallestBuffer || buffer > kLargestBuffer) return "--buffer-size must be from 1MB to 1GB";
    return {};
}

std::string wrong_slim_of(const RawOptions& words) {
    if (words.slim_of.empty()) return {};
    const bool one_folder = words.inputs.size() == 1 && words.inputs.front() != "-";
    if (one_folder && words.interfaces.empty() && words.follow.empty()) return {};
    return "--slim-of takes a list and one folder: deadpeer --slim-of LIST DIR";
}

std::string wrong_evidence(const RawOptions& words) {
    const bool once = is_live(words) || words.live == true || !words.follow.empty();
    if (words.evidence.empty() || !once) return {};
    return "--evidence goes with files, which it reads again; save what comes with tcpdump -w first";
}

std::string wrong_names(const RawOptions& words) {
    if (!words.names || !words.no_names) return {};
    return "-n means no names, contrary to --names; choose one";
}

std::string wrong_limits(const RawOptions& words) {
    if (words.frame_limit == 0U) return "-c must be at least 1";
    if (words.memory < kSmallestMemory) return "--memory must be at least 1MB";
    std::set<std::string> ports;
    for (const std::string& limit : words.connection_limits) {
        const std::string port = std::to_string(parse_connection_limit(limit)->port);
        if (!ports.insert(port).second) return fmt::format("--max-connections names port {} twice", port);
    }
    return {};
}

}  // namespace

std::string option_of_live_alone(const RawOptions& words) {
    const std::array options = {
        Given{"-Z", !words.user.empty()},
        Given{"--print", words.print},
        Given{"--interval", words.interval.has_value()},
        Given{"--rotate", !words.rotate.empty()},
        Given{"--keep", words.keep.has_value()},
        Given{"--metrics", !words.metrics.empty()},
    };
    return first_given(options);
}

std::string option_conflict(const RawOptions& words) {
    using Check = std::string (*)(const RawOptions&);
    constexpr std::array<Check, 8> kOfFiles = {wrong_without_interface,
                                               wrong_inputs,
                                               wrong_slim_of,
                                               wrong_evidence,
                                               wrong_report,
                                               wrong_pipe,
                                               wrong_names,
                                               wrong_limits};
    constexpr std::array<Check, 8> kOfFollow = {
        wrong_without_interface, wrong_slim_of, wrong_follow, wrong_evidence, wrong_report,
        wrong_live_output,       wrong_names,   wrong_limits};
    constexpr std::array<Check, 7> kOfLive = {wrong_interfaces,  wrong_slim_of, wrong_evidence, wrong_report,
                                              wrong_live_output, wrong_names,   wrong_limits};
    std::span<const Check> checks = kOfFiles;
    if (is_live(words)) checks = kOfLive;
    if (!words.follow.empty()) checks = kOfFollow;
    for (const Check check : checks) {
        std::string wrong = check(words);
        if (!wrong.empty()) return wrong;
    }
    return {};
}

}  // namespace deadpeer::cli
