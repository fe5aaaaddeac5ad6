#include "analyzer/known_causes.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace deadpeer::test {
namespace {

using Host = SimulatedNetwork::Host;
using End = SimulatedNetwork::End;
using Box = SimulatedNetwork::Box;
using Connection = SimulatedNetwork::Connection;

constexpr Nanoseconds kStart = SimulatedNetwork::kStart;

class World {
public:
    explicit World(std::uint64_t seed) : network_(seed) {}

    SimulatedWorld run(unsigned sites) {
        world_.sites.resize(sites);
        for (unsigned i = 0; i < sites; ++i) add_site(world_.sites[i], i);
        add_talk();
        world_.frames = network_.run();
        for (const auto& [connection, story] : stories_) story->fate = connection->fate;
        return std::move(world_);
    }

private:
    Host& add_host(unsigned site, std::uint8_t number, bool is_v6) {
        Host& host = hosts_.emplace_back();
        host.address.is_v6 = is_v6;
        auto& bytes = host.address.bytes;
        if (is_v6) {
            bytes[0] = 0xfd;
            bytes[13] = static_cast<std::uint8_t>(site >> 8);
            bytes[14] = static_cast<std::uint8_t>(site);
            bytes[15] = number;
        } else {
            bytes[0] = 10;
            bytes[1] = static_cast<std::uint8_t>(site >> 8);
            bytes[2] = static_cast<std::uint8_t>(site);
            bytes[3] = number;
        }
        host.ttl = network_.one_in(2) ? 64 : 128;
        host.ip_id = network_.one_in(3) ? 0 : static_cast<std::uint16_t>(network_.number());
        host.counts_ids = host.ip_id != 0;
        return host;
    }

    void add_site(SimulatedSite& site, unsigned number) {
        site.trouble = static_cast<Trouble>(network_.below(kTroubles));
        const bool is_v6 = network_.one_in(4);
        Host& server = add_host(number, 1, is_v6);
        site.server = server.address;
        bool& path_is_up = paths_.emplace_back(true);
        Box& box = boxes_.emplace_back();
        box.changes_ttl = network_.one_in(2);
        box.resets = site.trouble == Trouble::kBoxResets;
        if (site.trouble == Trouble::kBoxDrops || site.trouble == Trouble::kBoxResets)
            box.timeout = network_.any_of(std::array{60, 300, 350, 600}) * kSecond;
        const unsigned clients = 1 + network_.below(4);
        std::vector<Host*> peers;
        for (unsigned i = 0; i < clients; ++i)
            peers.push_back(&add_host(number, static_cast<std::uint8_t>(10 + i), is_v6));
        const unsigned connections = 1 + network_.below(6);
        const std::size_t tap = network_.below(2);
        site.connections.resize(connections + 1);
        site.from = kStart + network_.between(400 * kSecond, 900 * kSecond);
        for (unsigned i = 0; i < connections; ++i)
            add_connection(site.connections[i], *peers[network_.below(clients)], server, box, path_is_up, tap,
                           static_cast<std::uint16_t>(40'000 + i));
        site.server_heard_elsewhere = network_.one_in(2);
        if (site.server_heard_elsewhere) {
            Connection& other = add_connection(site.connections.back(), add_host(number, 99, is_v6), server,
                                               boxes_.emplace_back(), paths_.emplace_back(true), 1, 50'000);
            other.period = 3 * kSecond;
        }
        network_.at(site.from,
                    [this, &site, &server, &path_is_up, &box] { strike(site, server, path_is_up, box); });
    }

    Connection& add_connection(SimulatedConnection& story, Host& client, Host& server, Box& box,
                               const bool& path_is_up, std::size_t tap, std::uint16_t port) {
        Connection& c = connections_.emplace_back();
        c.ends[0].host = &client;
        c.ends[1].host = &server;
        c.ends[0].port = port;
        c.ends[1].port = network_.one_in(3) ? 5432 : 443;
        for (End& end : c.ends) {
            end.next = network_.number();
            if (network_.one_in(2)) continue;
            end.keepalive = {network_.any_of(std::array{10, 30, 60, 120, 300}) * kSecond,
                             network_.any_of(std::array{1, 5, 10, 30}) * kSecond, 3 + network_.below(7)};
        }
        c.tap = tap;
        c.rtt = network_.between(kMillisecond / 5, 80 * kMillisecond);
        c.period = network_.any_of(std::array{0, 0, 7, 20, 45, 400}) * kSecond;
        c.box = &box;
        c.path_is_up = &path_is_up;
        story.client = {client.address, c.ends[0].port};
        stories_.push_back({&c, &story});
        story.server = {server.address, c.ends[1].port};
        network_.at(kStart + network_.between(0, 60 * kSecond), [this, &c] { network_.open(c); });
        return c;
    }

    // Another pair that talks all the time.
    void add_talk() {
        Connection& c = add_connection(talk_, add_host(0xffff, 1, false), add_host(0xffff, 2, false),
                                       boxes_.emplace_back(), paths_.emplace_back(true), 0, 60'000);
        c.period = 2 * kSecond;
    }

    std::vector<Connection*> connections_of(const SimulatedSite& site, const Box& box) {
        std::vector<Connection*> found;
        for (Connection& c : connections_) {
            if (c.box == &box && c.ends[1].host->address == site.server) found.push_back(&c);
        }
        return found;
    }

    void strike(SimulatedSite& site, Host& server, bool& path_is_up, Box& box) {
        switch (site.trouble) {
            case Trouble::kPowerOff:
                server.is_up = false;
                break;
            case Trouble::kReboot:
                server.is_up = false;
                network_.after(network_.between(12 * kSecond, 120 * kSecond), [&server] { server.boot(); });
                break;
            case Trouble::kSleep:
                server.is_up = false;
                network_.after(network_.between(20 * kSecond, 900 * kSecond),
                               [&server] { server.is_up = true; });
                break;
            case Trouble::kProcessEnds:
                for (Connection* c : connections_of(site, box)) network_.abort(*c, 1);
                break;
            case Trouble::kStateLost:
                for (Connection* c : connections_of(site, box)) c->ends[1].is_open = false;
                site.looks_like_reboot = !site.server_heard_elsewhere;
                break;
            case Trouble::kPathDown:
                path_is_up = false;
                break;
            case Trouble::kOutage:
                path_is_up = false;
                network_.after(network_.between(kSecond, 8 * kSecond), [&path_is_up] { path_is_up = true; });
                break;
            case Trouble::kBoxRestart:
                box.restarted = network_.now();
                box.resets = network_.one_in(2);
                site.looks_like_reboot = box.resets && !box.changes_ttl;
                break;
            case Trouble::kClientAborts:
            case Trouble::kServerAborts:
                network_.abort(*connections_of(site, box).front(),
                               site.trouble == Trouble::kServerAborts ? 1 : 0);
                break;
            default:
                break;
        }
    }

    SimulatedNetwork network_;
    SimulatedWorld world_;
    SimulatedConnection talk_;
    std::deque<Host> hosts_;
    std::deque<bool> paths_;
    std::deque<Box> boxes_;
    std::deque<Connection> connections_;
    std::vector<std::pair<const Connection*, SimulatedConnection*>> stories_;
};

}  // namespace

SimulatedWorld known_causes(std::uint64_t seed, unsigned sites) {
    return World(seed).run(sites);
}

}  // namespace deadpeer::test
