// Input names: the files that the words of the command line stand for.
//
// What:    a folder stands for the files in it, but for slim files that are being made, and not for those in
//          folders below it; a pattern that is no
//          file's name for those that it matches. Both in the order of their names, with numbers in them
//          counted as such: cap, cap1, cap2, cap10.
// Threads: any.
// Errors:  a word that stands for nothing has its reason in place of a file.
#pragma once

#include <string>
#include <vector>

namespace deadpeer::cli {

struct InputName {
    std::string path;
    bool from_folder = false;   // so it may be no capture
    std::string refusal = {};   // why it cannot be read; or empty
    std::string original = {};  // the capture that it stands for in the order of names; empty: its path
};

// `folders_below`: those in folders, which are not looked into.
std::vector<InputName> input_names(const std::vector<std::string>& words,
                                   std::vector<std::string>& folders_below);

// Orders "cap2" before "cap10", and a slim file as the capture that it was made of.
bool name_is_before(const std::string& a, const std::string& b);

}  // namespace deadpeer::cli
