#include "cli/documents/completions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>
#include <string_view>
#include <vector>

#include "cli/documents/option_list.h"

namespace deadpeer::cli {
namespace {

using Value = OptionRow::Value;
using Rows = std::vector<OptionRow>;

template <typename... Args>
void add(std::string& out, fmt::format_string<Args...> text, Args&&... words) {
    fmt::format_to(std::back_inserter(out), text, std::forward<Args>(words)...);
}

std::vector<std::string> names_of(const Rows& rows) {
    std::vector<std::string> names;
    for (const OptionRow& row : rows) names.insert(names.end(), row.names.begin(), row.names.end());
    return names;
}

// In single quotes, as all three shells take it.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) c == '\'' ? out += "'\\''" : out += c;
    return out + "'";
}

// Bash: the case that completes the value of an option.
std::string bash_value(const OptionRow& row) {
    switch (row.value) {
        case Value::kWords:
            return fmt::format("_deadpeer_words {}", quoted(fmt::format("{}", fmt::join(row.words, " "))));
        case Value::kFile:
            return "_deadpeer_files";
        case Value::kFolder:
            return "_deadpeer_files -d";
        case Value::kInterface:
            return "COMPREPLY=($(compgen -W \"any $(ls /sys/class/net 2>/dev/null)\" -- \"$word\"))";
        case Value::kUser:
            return "COMPREPLY=($(compgen -u -- \"$word\"))";
        case Value::kNone:
        case Value::kText:
            break;
    }
    return "COMPREPLY=()";
}

void add_bash_cases(std::string& out, const Rows& rows) {
    out += "    case $before in\n";
    for (const OptionRow& row : rows) {
        if (row.value == Value::kNone) continue;
        add(out, "    {})\n        {}\n        return\n        ;;\n", fmt::join(row.names, " | "),
            bash_value(row));
    }
    out += "    esac\n";
    add(out,
        "    if [[ $word == -* ]]; then\n        COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n        "
        "return\n    fi\n",
        fmt::join(names_of(rows), " "));
}

constexpr std::string_view kBashBegin = R"(# bash completion for deadpeer; made from its table of options.

_deadpeer_files() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen "${1:--f}" -- "$word"))
}

# Of words that are joined by commas the last one.
_deadpeer_words() {
    local begun=
    [[ $word != *,* ]] || begun=${word%,*},
    COMPREPLY=($(compgen -P "$begun" -W "$1" -- "${word##*,}"))
}

)";

// What zsh does with the value of an option.
std::string zsh_value(const OptionRow& row) {
    const std::string name = row.value_name.empty() || row.value_name == "-" ? "value" : row.value_name;
    switch (row.value) {
        case Value::kNone:
            return {};
        case Value::kWords:
            return fmt::format(":{}:_values -s , word {}", name, fmt::join(row.words, " "));
        case Value::kFile:
            return fmt::format(":{}:_files", name);
        case Value::kFolder:
            return fmt::format(":{}:_files -/", name);
        case Value::kInterface:
            return fmt::format(":{}:_net_interfaces", name);
        case Value::kUser:
            return fmt::format(":{}:_users", name);
        case Value::kText:
            break;
    }
    return fmt::format(":{}: ", name);
}

std::string zsh_description(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

void add_zsh_options(std::string& out, const Rows& rows, std::string_view indent) {
    for (const OptionRow& row : rows) {
        for (const std::string& name : row.names) {
            const std::string text =
                fmt::format("*{}[{}]{}", name, zsh_description(row.meaning), zsh_value(row));
            add(out, "{}{} \\\n", indent, quoted(text));
        }
    }
}

void add_fish_options(std::string& out, const Rows& rows, std::string_view when) {
    for (const OptionRow& row : rows) {
        add(out, "complete -c deadpeer -n {}", quoted(when));
        for (const std::string& name : row.names) {
            const bool is_long = name.starts_with("--");
            add(out, " {} {}", is_long ? "-l" : "-s", name.substr(is_long ? 2 : 1));
        }
        switch (row.value) {
            case Value::kNone:
                break;
            case Value::kFile:
                out += " -r -F";
                break;
            case Value::kFolder:
                out += " -x -a '(__fish_complete_directories)'";
                break;
            case Value::kInterface:
                out += " -x -a 'any (__fish_print_interfaces)'";
                break;
            case Value::kUser:
                out += " -x -a '(__fish_complete_users)'";
                break;
            case Value::kWords:
                add(out, " -x -a {}", quoted(fmt::format("{}", fmt::join(row.words, " "))));
                break;
            case Value::kText:
                out += " -x";
                break;
        }
        add(out, " -d {}\n", quoted(row.meaning));
    }
}

}  // namespace

std::string bash_completion() {
    std::string out(kBashBegin);
    out += "_deadpeer_diff() {\n";
    add_bash_cases(out, diff_option_list());
    out += "    _deadpeer_files -d\n}\n\n_deadpeer_slim() {\n";
    add_bash_cases(out, slim_option_list());
    out += "    _deadpeer_files\n}\n\n_deadpeer_sockets() {\n";
    add_bash_cases(out, sockets_option_list());
    out += "}\n\n";
    out += "_deadpeer_compare() {\n";
    add_bash_cases(out, compare_option_list());
    out += "    _deadpeer_files\n}\n\n";
    out += "_deadpeer() {\n    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n";
    out +=
        "    if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} == diff ]]; then\n        _deadpeer_diff\n        "
        "return\n    fi\n"
        "    if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} == slim ]]; then\n        _deadpeer_slim\n        "
        "return\n    fi\n"
        "    if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} == sockets ]]; then\n        _deadpeer_sockets\n   "
        "     return\n    fi\n"
        "    if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} == compare ]]; then\n        _deadpeer_compare\n   "
        "     return\n    fi\n";
    add_bash_cases(out, option_list());
    out += "    _deadpeer_files\n";
    out +=
        "    ((COMP_CWORD > 1)) || COMPREPLY+=($(compgen -W 'diff slim sockets compare' -- \"$word\"))\n"
        "}\n\n";
    out += "complete -F _deadpeer deadpeer\n";
    return out;
}

std::string zsh_completion() {
    std::string out = "#compdef deadpeer\n# Made from deadpeer's table of options.\n\n";
    out +=
        "if (( CURRENT > 2 )) && [[ $words[2] == diff ]]; then\n    shift words\n    (( CURRENT-- ))\n    "
        "_arguments \\\n";
    add_zsh_options(out, diff_option_list(), "        ");
    out +=
        "        '*:folder:_files -/'\nelif (( CURRENT > 2 )) && [[ $words[2] == slim ]]; then\n    shift "
        "words\n"
        "    (( CURRENT-- ))\n    _arguments \\\n";
    add_zsh_options(out, slim_option_list(), "        ");
    out +=
        "        '*:capture:_files'\nelif (( CURRENT > 2 )) && [[ $words[2] == sockets ]]; then\n    shift "
        "words\n"
        "    (( CURRENT-- ))\n    _arguments \\\n";
    add_zsh_options(out, sockets_option_list(), "        ");
    out +=
        "        '*: :'\nelif (( CURRENT > 2 )) && [[ $words[2] == compare ]]; then\n    shift words\n"
        "    (( CURRENT-- ))\n    _arguments \\\n";
    add_zsh_options(out, compare_option_list(), "        ");
    out += "        '*:capture:_files'\nelse\n    _arguments \\\n";
    add_zsh_options(out, option_list(), "        ");
    out += "        '*:capture:_files'\nfi\n";
    return out;
}

std::string fish_completion() {
    std::string out = "# fish completion for deadpeer; made from its table of options.\n";
    out += "complete -c deadpeer -n __fish_use_subcommand -a diff -d 'Compare report folders'\n";
    out += "complete -c deadpeer -n __fish_use_subcommand -a slim -d 'Make small copies of captures'\n";
    out +=
        "complete -c deadpeer -n __fish_use_subcommand -a sockets -d 'List the connections of this host'\n";
    add_fish_options(out, option_list(), "not __fish_seen_subcommand_from diff slim sockets compare");
    out += "complete -c deadpeer -n __fish_use_subcommand -a compare -d 'Compare two capture points'\n";
    add_fish_options(out, compare_option_list(), "__fish_seen_subcommand_from compare");
    add_fish_options(out, slim_option_list(), "__fish_seen_subcommand_from slim");
    add_fish_options(out, sockets_option_list(), "__fish_seen_subcommand_from sockets");
    add_fish_options(out, diff_option_list(), "__fish_seen_subcommand_from diff");
    return out;
}

}  // namespace deadpeer::cli
