// A command line, parsed in this process.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/arguments.h"
#include "support/catch.h"

namespace deadpeer {

inline std::variant<cli::Settings, cli::Answer> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "deadpeer");
    return cli::parse_arguments(static_cast<int>(words.size()), words.data());
}

inline cli::Settings settings_of(const std::vector<const char*>& words) {
    const auto parsed = parse(words);
    REQUIRE(std::holds_alternative<cli::Settings>(parsed));
    return std::get<cli::Settings>(parsed);
}

// What is said of a wrong command line, without the words around it.
inline std::string mistake_in(const std::vector<const char*>& words) {
    const auto parsed = parse(words);
    REQUIRE(std::holds_alternative<cli::Answer>(parsed));
    const auto& answer = std::get<cli::Answer>(parsed);
    CHECK(answer.code == cli::ExitCode::kUsage);
    const std::string before = "deadpeer: ";
    const std::string after = "\nTry deadpeer --help.\n";
    REQUIRE(answer.text.starts_with(before));
    REQUIRE(answer.text.ends_with(after));
    return answer.text.substr(before.size(), answer.text.size() - before.size() - after.size());
}

}  // namespace deadpeer
