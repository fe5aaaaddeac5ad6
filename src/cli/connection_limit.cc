#include "cli/connection_limit.h"

#include <string_view>

#include "core/parse_number.h"

namespace deadpeer::cli {

std::optional<AnalyzerOptions::ConnectionLimit> parse_connection_limit(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return std::nullopt;
    const std::string_view view = text;
    const auto port = parse_number<std::uint16_t>(view.substr(0, equals)).value_or(0);
    const auto connections = parse_number<std::uint32_t>(view.substr(equals + 1)).value_or(0);
    if (port == 0 || connections == 0) return std::nullopt;
    return AnalyzerOptions::ConnectionLimit{port, connections};
}

}  // namespace deadpeer::cli
