#include "cli/unknown_option.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "report/formats/near_name.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

struct Habit {
    char letter;
    std::string_view hint;
};

// Options of tcpdump and tshark that deadpeer has not.
constexpr Habit kHabits[] = {
    {'A', "payload is not printed; --evidence DIR copies the frames of incidents, for tcpdump -A -r"},
    {'B', "--buffer-size 16MB sets the memory for frames that wait"},
    {'C', "--rotate 100MB begins new reports at a size; what tcpdump -C writes is read by --follow DIR"},
    {'F', "-f FILTER takes the filter itself: -f \"$(cat FILE)\""},
    {'G', "--rotate 1h begins new reports by the clock; what tcpdump -G writes is read by --follow DIR"},
    {'T', "--format csv, jsonl, sqlite or xlsx chooses how reports are written"},
    {'U', "each event is written at once as it is"},
    {'V', "explanations say what happened; --evidence DIR copies the frames of incidents, for tshark -V -r"},
    {'W', "--keep N keeps the reports of that many earlier periods, with --rotate"},
    {'X', "payload is not printed; --evidence DIR copies the frames of incidents, for tcpdump -X -r"},
    {'Y',
     "-f FILTER takes a capture filter, as tcpdump does; what to give tshark -Y stands in the column "
     "wireshark_filter"},
    {'e',
     "link-layer addresses are told where they explain something; --evidence DIR copies frames with them, "
     "for tcpdump -e -r"},
    {'l', "each event is written at once as it is"},
    {'t', "--time epoch or --time utc chooses how times are written"},
    {'w',
     "deadpeer writes reports; tcpdump -w saves a capture, and --evidence DIR copies the frames of "
     "incidents"},
    {'x', "payload is not printed; --evidence DIR copies the frames of incidents, for tcpdump -x -r"},
};

std::string hint_for_letter(char letter) {
    const auto* habit = std::ranges::find(kHabits, letter, &Habit::letter);
    return habit == std::end(kHabits) ? "" : fmt::format("; {}", habit->hint);
}

// Of a word without its value.
std::string hint_for_name(const CLI::App& app, std::string_view word) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string_view near = near_name(word, views);
    const std::size_t most = std::max<std::size_t>(2, (word.size() - 2) / 3);
    if (edit_distance(word, near) > most) return {};
    return fmt::format("; did you mean {}?", near);
}

}  // namespace

std::string unknown_option(const CLI::App& app) {
    const std::vector<std::string> left = app.remaining();
    const auto found =
        std::ranges::find_if(left, [](const std::string& word) { return word.size() > 1 && word[0] == '-'; });
    if (found == left.end()) return {};
    const std::string word = found->substr(0, found->find('='));
    const bool is_name = word.starts_with("--");
    const std::string shown = is_name ? word : word.substr(0, 2);
    return fmt::format("there is no option {}{}", shown,
                       is_name ? hint_for_name(app, word) : hint_for_letter(word[1]));
}

}  // namespace deadpeer::cli
