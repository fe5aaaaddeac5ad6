// make_documents KIND: prints the manual page (manual, for scdoc), the completion of a shell (bash, zsh,
// fish), or the schema of JSON Lines (schema). Run by the build.
#include <cstdio>
#include <string>
#include <string_view>

#include "cli/documents/completions.h"
#include "cli/documents/manual.h"
#include "cli/documents/schema.h"

namespace {

using namespace deadpeer::cli;

struct Document {
    std::string_view kind;
    std::string (*make)();
};

constexpr Document kDocuments[] = {{"manual", manual_as_scdoc},
                                   {"bash", bash_completion},
                                   {"zsh", zsh_completion},
                                   {"fish", fish_completion},
                                   {"schema", json_schema}};

}  // namespace

int main(int argc, char** argv) {
    for (const Document& document : kDocuments) {
        if (argc != 2 || document.kind != argv[1]) continue;
        const std::string text = document.make();
        return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0
                   ? 0
                   : 1;
    }
    std::fputs("usage: make_documents manual|bash|zsh|fish|schema\n", stderr);
    return 1;
}
