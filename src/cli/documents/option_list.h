// The options of the command line as a table, for the manual page and the completions of shells.
//
// What:    read from the same definitions that parse the command line, so that nothing is said twice.
// Threads: any.
#pragma once

#include <string>
#include <vector>

namespace deadpeer::cli {

struct OptionRow {
    // What a shell can offer for the value.
    enum class Value { kNone, kText, kWords, kFile, kFolder, kInterface, kUser };

    std::vector<std::string> names;  // "-r", "--order"
    std::string value_name;          // "FILE"; empty: it takes none
    std::string meaning;
    std::string group;  // empty: seldom wanted
    Value value = Value::kNone;
    std::vector<std::string> words;  // of kWords
};

// In the order of --help.
std::vector<OptionRow> option_list();
// Of its commands.
std::vector<OptionRow> diff_option_list();
std::vector<OptionRow> slim_option_list();
std::vector<OptionRow> sockets_option_list();
std::vector<OptionRow> compare_option_list();

}  // namespace deadpeer::cli
