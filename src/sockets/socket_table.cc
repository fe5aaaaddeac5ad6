#include "sockets/socket_table.h"

#include <algorithm>

#include "report/text/text.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

std::string side_text(const Endpoint& endpoint) {
    std::string out;
    say(out, Side{endpoint});
    return out;
}

// What is not known of a socket; where no process has it there is nothing to know.
std::string unknown(const OwnedSocket& row) {
    return row.socket.inode == 0 ? "-" : "?";
}

// "7200/75/9", "off".
std::string keepalive_text(const OwnedSocket& row) {
    if (!row.options) return unknown(row);
    const KeepaliveOptions& options = *row.options;
    if (!options.on) return "off";
    std::string out;
    say(out, static_cast<std::uint64_t>(options.idle / kSecond), "/",
        static_cast<std::uint64_t>(options.interval / kSecond), "/", options.count);
    return out;
}

std::string timer_text(const TcpSocket& socket) {
    std::string out(to_string(socket.timer));
    if (socket.timer_expires != kNoTime) say(out, " ", Span{socket.timer_expires});
    return out;
}

std::string process_text(const OwnedSocket& row) {
    if (!row.owner) return unknown(row);
    std::string out = printable(row.owner->process);
    say(out, "[", static_cast<std::uint64_t>(row.owner->pid), "]");
    return out;
}

std::string note_text(const SocketLine& line) {
    if (line.comparison.empty()) return line.note;
    return line.note.empty() ? printable(line.comparison) : line.note + ". " + printable(line.comparison);
}

}  // namespace

void SocketTable::add(const SocketLine& line) {
    const TcpSocket& socket = line.row.socket;
    waiting_.push_back({side_text(socket.local), side_text(socket.remote),
                        std::string(to_string(socket.state)), keepalive_text(line.row), timer_text(socket),
                        process_text(line.row), note_text(line)});
    if (measured_ || waiting_.size() >= kMeasured) print_waiting();
}

void SocketTable::finish() {
    print_waiting();
}

void SocketTable::print_waiting() {
    if (!measured_) {
        waiting_.insert(waiting_.begin(),
                        {"LOCAL", "REMOTE", "STATE", "KEEPALIVE", "TIMER", "PROCESS", "NOTE"});
        for (const Row& row : waiting_) {
            for (std::size_t i = 0; i < kColumns; ++i) widths_[i] = std::max(widths_[i], row[i].size());
        }
        measured_ = true;
    }
    for (const Row& row : waiting_) print(row);
    waiting_.clear();
}

void SocketTable::print(const Row& row) {
    std::string text;
    std::size_t column = 0;
    for (std::size_t i = 0; i + 1 < kColumns; ++i) {
        column += widths_[i] + 2;
        text += row[i];
        text.resize(std::max(text.size() + 1, column), ' ');
    }
    text += row.back();
    text.erase(text.find_last_not_of(' ') + 1);
    output_.append(text);
    output_.append('\n');
    output_.end_row();
}

}  // namespace deadpeer
