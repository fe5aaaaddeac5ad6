// Conversation: one TCP connection, told line by line, as frames.
//
// What:     keeps both sides' sequence numbers, IP ids and time stamp clocks as Linux would, and builds the
//           frames with libtins. Times are seconds since the start of the story.
// Lifetime: the frames must outlive the conversation.
#pragma once

#include <tins/tins.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "capture_writer.h"

namespace deadpeer::golden {

struct Host {
    std::string address;  // IPv4, or IPv6 if it has a colon
    std::string hardware_address;
    std::uint8_t ttl = 64;
};

// Puts a link layer before an IP packet.
struct Link {
    std::uint16_t type = kLinkEthernet;
    std::function<Bytes(const Host& from, const Host& to, Tins::PDU& ip)> frame;
};
const Link& ethernet();
const Link& vlan();           // one 802.1Q tag
const Link& stacked_vlans();  // 802.1ad around 802.1Q
const Link& sll();
const Link& sll2();
const Link& raw();
const Link& null_loopback();

// The host announces its address by ARP, as it does when it boots.
void announce(std::vector<StoredFrame>& frames, double at, const Host& host);

class Conversation {
public:
    enum class Who : std::uint8_t { kClient, kServer };

    Conversation(std::vector<StoredFrame>& frames, const Host& client, std::uint16_t client_port,
                 const Host& server, std::uint16_t server_port, const Link& link = ethernet());

    // Moves both initial sequence numbers on, before the handshake.
    void skip_ahead(std::uint32_t octets);

    // SYN, SYN/ACK, ACK within 300 microseconds.
    void handshake(double at);

    // So many bytes of payload, and the other side's ACK 200 microseconds later.
    void data(double at, Who who, std::size_t bytes);

    // A segment without payload at SND.NXT.
    void ack(double at, Who who);

    // A keepalive probe at SND.NXT - 1, with 0 or 1 bytes.
    void probe(double at, Who who, std::size_t bytes = 0);

    // FIN from `who`, FIN from the other, ACK.
    void close(double at, Who who);

    // RST,ACK at SND.NXT: the side gives up or aborts.
    void abort(double at, Who who);

    // The RST of a host that knows nothing of the connection, in answer to the other side's last segment
    // (RFC 9293 section 3.5.2).
    void no_socket_reset(double at, Who who);

private:
    struct Side {
        Host host;
        std::uint16_t port;
        std::uint32_t next_seq;
        std::uint16_t ip_id;
        std::uint32_t clock_ms;
    };

    Side& side(Who who) { return who == Who::kClient ? client_ : server_; }
    Side& other(Who who) { return who == Who::kClient ? server_ : client_; }
    Tins::TCP segment(double at, Who who, std::uint16_t flags);
    void send(double at, Who who, Tins::TCP tcp, std::size_t payload = 0);
    void store(double at, Who who, Tins::PDU& ip);

    std::vector<StoredFrame>& frames_;
    Side client_;
    Side server_;
    const Link& link_;
};

}  // namespace deadpeer::golden
