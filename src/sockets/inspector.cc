#include "sockets/inspector.h"

#include "report/text/words.h"
#include "sockets/hidden_sockets.h"

namespace deadpeer {

std::string counts_text(const SocketCounts& counts) {
    std::string out;
    say(out, "Connections: ", counts.connections, "; keepalive on ", counts.on, ", off ", counts.off,
        ", not known ", counts.not_known, "; without a process ", counts.without_process, "\n");
    return out;
}

OwnedSocket SocketInspector::inspect(const TcpSocket& socket) {
    OwnedSocket row = {.socket = socket, .owner = {}, .options = {}, .user = {}};
    ++counts_.connections;
    if (socket.inode == 0) {
        ++counts_.without_process;
    } else {
        inspect_owned(row);
    }
    return row;
}

void SocketInspector::inspect_owned(OwnedSocket& row) {
    const auto first = owners_.find(row.socket.inode);
    row.user = users_.of(first ? first->owner.uid : row.socket.uid);
    if (!first) {
        if (hidden_.size() < kMostHidden) hidden_.insert(row.socket.inode);
        ++counts_.not_known;
        return;
    }
    row.owner = first->owner;
    // A process that ended may have left the socket to others.
    OptionsAnswer answer;
    std::optional<SocketOwners::Found> found = first;
    for (std::size_t n = 0; found; found = owners_.find(row.socket.inode, ++n)) {
        answer = read_socket_options(*found, row.socket.inode);
        if (answer.kind != OptionsAnswer::Kind::kGone) break;
    }
    if (found) {
        row.owner = found->owner;
        row.user = users_.of(found->owner.uid);
    }
    note_answer(answer, row);
}

void SocketInspector::note_answer(const OptionsAnswer& answer, OwnedSocket& row) {
    if (answer.kind == OptionsAnswer::Kind::kRead) {
        row.options = answer.options;
        ++(answer.options.on ? counts_.on : counts_.off);
        return;
    }
    ++counts_.not_known;
    if (answer.kind == OptionsAnswer::Kind::kRefused) ++refused_;
    if (answer.kind == OptionsAnswer::Kind::kUnsupported) ++unsupported_;
}

std::string SocketInspector::warning() const {
    constexpr std::string_view kConsequence = "What they are set to stays empty";
    const auto sockets = [](std::uint64_t number) { return Count{number, "socket", "sockets"}; };
    std::string out;
    if (unsupported_ > 0) {
        say_sentence(out, "The kernel is older than Linux 5.6 and does not show the options of sockets");
        say_sentence(out, kConsequence);
    } else if (!may_trace_others() && refused_ + hidden_.size() > 0) {
        say_sentence(out, "CAP_SYS_PTRACE is missing to look into ", sockets(refused_ + hidden_.size()),
                     " of other processes");
        say_sentence(out, kConsequence);
        say_sentence(out, "Run it as root");
    } else if (refused_ > 0) {
        say_sentence(out, "A security module or a user namespace forbids to look into ", sockets(refused_));
        say_sentence(out, kConsequence);
    } else if (const std::uint64_t hidden = count_still_hidden(hidden_); hidden > 0) {
        say_sentence(out, "Of ", sockets(hidden),
                     " the process is not seen: it is in another PID namespace, or may not be looked into");
        say_sentence(out, kConsequence);
    }
    return out;
}

}  // namespace deadpeer
