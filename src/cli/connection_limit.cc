#include "cli/connection_limit.h"

#include <charconv>

namespace deadpeer::cli {
namespace {

// 0 unless `text` is a number that fits, and nothing else.
template <typename Number>
Number positive(std::string_view text) {
    Number number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end ? number : Number{0};
}

}  // namespace

std::optional<AnalyzerOptions::ConnectionLimit> parse_connection_limit(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return std::nullopt;
    const std::string_view view = text;
    const auto port = positive<std::uint16_t>(view.substr(0, equals));
    const auto connections = positive<std::uint32_t>(view.substr(equals + 1));
    if (port == 0 || connections == 0) return std::nullopt;
    return AnalyzerOptions::ConnectionLimit{port, connections};
}

}  // namespace deadpeer::cli
