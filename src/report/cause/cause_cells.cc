#include "report/cause/cause_cells.h"

#include <string>

#include "report/cause/cause_names.h"

namespace deadpeer {
namespace {

void add(std::string& codes, std::string_view code) {
    if (!codes.empty()) codes += ';';
    codes += code;
}

}  // namespace

void write_clues(Cells& cells, Clues clues) {
    if (clues == 0) return cells.empty();
    std::string codes;
    for (; clues != 0; clues &= clues - 1) add(codes, clue_name(clues & -clues));
    cells.text(codes);
}

void write_causes(Cells& cells, std::span<const Cause> causes) {
    if (causes.empty() || causes.front() == Cause::kNone) return cells.empty();
    std::string codes;
    for (const Cause cause : causes) {
        if (cause != Cause::kNone) add(codes, to_string(cause));
    }
    cells.text(codes);
}

}  // namespace deadpeer
