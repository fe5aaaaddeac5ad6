#include "report/connection_filter.h"

#include <array>
#include <string>

#include "report/columns/address_text.h"
#include "report/text/time_text.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

void add_end(std::string& filter, const Endpoint& end) {
    std::array<char, kAddressTextCapacity> text{};
    const char* last = write_address(text.data(), end.address);
    say(filter, end.address.is_v6 ? "ipv6.addr == " : "ip.addr == ",
        std::string_view(text.data(), static_cast<std::size_t>(last - text.data())),
        " && tcp.port == ", end.port);
}

void add_time(std::string& filter, std::string_view comparison, Nanoseconds time) {
    if (time == kNoTime) return;
    std::array<char, kTimeTextCapacity> text{};
    const char* last = write_epoch(text.data(), time);
    say(filter, " && frame.time_epoch ", comparison, " ",
        std::string_view(text.data(), static_cast<std::size_t>(last - text.data())));
}

}  // namespace

std::string connection_filter(std::uint64_t stream, const Endpoint& a, const Endpoint& b,
                              const SeenFrames& seen, bool stream_numbers) {
    std::string filter;
    if (stream_numbers) {
        say(filter, "tcp.stream eq ", stream);
        return filter;
    }
    add_end(filter, a);
    filter += " && ";
    add_end(filter, b);
    add_time(filter, ">=", seen.from);
    if (seen.last_frame == 0) {
        add_time(filter, "<=", seen.until);
    } else {
        say(filter, " && frame.number <= ", seen.last_frame);
    }
    return filter;
}

void write_connection_filter(Cells& cells, std::uint64_t stream, const Endpoint& a, const Endpoint& b,
                             const SeenFrames& seen) {
    if (cells.dialect().stream_numbers) return cells.word("tcp.stream eq ", stream);
    cells.word(connection_filter(stream, a, b, seen, false));
}

}  // namespace deadpeer
