#include "compare/simulated_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <utility>

#include "compare/point_sink.h"
#include "compare/simulated_frame.h"
#include "compare/simulated_host.h"
#include "deadpeer/analyzer.h"

namespace deadpeer::simulated {
namespace {

constexpr Nanoseconds kBegin = Nanoseconds{1'700'000'000} * kSecond;
constexpr Nanoseconds kForgetsAfter = 12 * kSecond;
constexpr LinkType kRawIp = 101;

class World {
public:
    explicit World(const Ways& ways) : ways_(ways), random_(ways.seed) {}

    Simulated go();

private:
    struct Connection {
        Address client{};
        Address server{};
        Address client_outside{};
        Address server_inside{};
        std::uint32_t client_shift = 0;
        std::uint32_t server_shift = 0;
        std::unique_ptr<SimulatedHost> client_host;
        std::unique_ptr<SimulatedHost> server_host;
        Nanoseconds last_passed = 0;
        bool mortal = false;
        bool forgotten = false;
        bool reset_sent = false;
    };

    bool chance(double of) { return std::uniform_real_distribution<double>(0, 1)(random_) < of; }
    std::uint32_t number() { return static_cast<std::uint32_t>(random_()); }
    Nanoseconds between(Nanoseconds from, Nanoseconds to) {
        return std::uniform_int_distribution<Nanoseconds>(from, to)(random_);
    }

    void open(int number_of);
    void talk(int connection, int turns);
    void end(int connection);
    void leave(Packet packet);
    void pass_box(const Packet& packet);
    [[nodiscard]] bool stops(Connection& connection, const Packet& packet);
    void inject(Connection& connection, const Packet& provoking);
    void deliver(const Packet& packet);
    void see(bool at_a, const Packet& packet);
    [[nodiscard]] Packet as_at_b(const Packet& packet) const;
    comparing::CapturePoint capture(bool at_a, std::vector<Captured>& told);

    Ways ways_;
    std::mt19937_64 random_;
    Agenda agenda_;
    std::vector<Connection> connections_;
    std::vector<Sight> at_a_;
    std::vector<Sight> at_b_;
    std::array<Nanoseconds, 2> last_arrival_{};
    Truth truth_;
};

void World::open(int number_of) {
    Connection& connection = connections_[static_cast<std::size_t>(number_of)];
    const auto port = static_cast<std::uint16_t>(40'000 + number_of);
    connection.client = {0x0a000005, port};
    connection.server = {0xc0a80109, 443};
    connection.server_inside = connection.server;
    if (ways_.destination_nat) connection.server_inside = {0xac100107, 8443};
    connection.client_outside = connection.client;
    if (ways_.source_nat)
        connection.client_outside = {0xcb007101, static_cast<std::uint16_t>(1024 + number() % 30'000)};
    if (ways_.new_numbers) {
        connection.client_shift = number();
        connection.server_shift = number();
    }
    SimulatedHost::Habits habits;
    habits.connection = number_of;
    habits.timestamps = ways_.timestamps;
    habits.zero_ip_ids = ways_.zero_ip_ids;
    habits.keepalive = connection.mortal;
    const auto host = [&](bool client) {
        habits.client = client;
        habits.first_number = number();
        habits.first_ip_id = static_cast<std::uint16_t>(number());
        habits.first_tsval = number() | 1U;
        if (!client) habits.keepalive = false;
        return std::make_unique<SimulatedHost>(agenda_, habits,
                                               [this](const Packet& packet) { leave(packet); });
    };
    connection.client_host = host(true);
    connection.server_host = host(false);
    connection.client_host->connect();
}

// Requests and answers, with pauses.
void World::talk(int connection, int turns) {
    if (turns == 0) return end(connection);
    Connection& each = connections_[static_cast<std::size_t>(connection)];
    each.client_host->write(static_cast<std::uint32_t>(between(1, 8'000)));
    agenda_.after(between(20, 60) * kMillisecond, [this, connection] {
        connections_[static_cast<std::size_t>(connection)].server_host->write(
            static_cast<std::uint32_t>(between(1, 12'000)));
    });
    agenda_.after(between(300, 3'000) * kMillisecond, [=, this] { talk(connection, turns - 1); });
}

void World::end(int connection) {
    Connection& each = connections_[static_cast<std::size_t>(connection)];
    if (!each.mortal) {
        if (connection != 0) agenda_.after(2 * kSecond, [&each] { each.client_host->finish(); });
        return;
    }
    switch (ways_.ending) {
        case Ending::kClose:
            agenda_.after(2 * kSecond, [&each] { each.client_host->finish(); });
            break;
        case Ending::kServerDies:
            agenda_.after(2 * kSecond, [&each] { each.server_host->die(); });
            if (chance(0.5)) agenda_.after(4 * kSecond, [&each] { each.client_host->write(500); });
            break;
        case Ending::kForgotten:
        case Ending::kForgottenOneWay:
        case Ending::kResetByBox:  // the box forgets by itself
            if (chance(0.3)) agenda_.after(15 * kSecond, [&each] { each.client_host->write(500); });
            break;
        case Ending::kOpen:
            break;
    }
}

// From its host to the point that is nearer.
void World::leave(Packet packet) {
    packet.id = static_cast<std::uint32_t>(truth_.lost_between.size());
    truth_.lost_between.push_back(false);
    truth_.injected.push_back(false);
    agenda_.after(100 * kMicrosecond, [this, packet] {
        see(packet.from_client, packet);
        pass_box(packet);
    });
}

void World::pass_box(const Packet& packet) {
    Connection& connection = connections_[static_cast<std::size_t>(packet.connection)];
    if (stops(connection, packet) || chance(ways_.loss_between)) {
        truth_.lost_between[packet.id] = true;
        return;
    }
    connection.last_passed = agenda_.now();
    const Nanoseconds delay = packet.from_client ? ways_.delay_there : ways_.delay_back;
    Nanoseconds& last = last_arrival_[packet.from_client ? 0 : 1];
    last = std::max(last + 1, agenda_.now() + delay + between(0, delay));
    agenda_.at(last, [this, packet] {
        see(!packet.from_client, packet);
        if (packet.from_client && chance(ways_.loss_beyond)) return;
        agenda_.after(100 * kMicrosecond, [this, packet] { deliver(packet); });
    });
}

bool World::stops(Connection& connection, const Packet& packet) {
    if (!connection.mortal) return false;
    const bool idle = connection.last_passed != 0 && agenda_.now() - connection.last_passed > kForgetsAfter;
    const bool forgets = ways_.ending == Ending::kForgotten || ways_.ending == Ending::kForgottenOneWay ||
                         ways_.ending == Ending::kResetByBox;
    if (idle && forgets) connection.forgotten = true;
    if (!connection.forgotten) return false;
    if (ways_.ending == Ending::kResetByBox) inject(connection, packet);
    return ways_.ending != Ending::kForgottenOneWay || !packet.from_client;
}

// A RST to the sender, in the name of its peer.
void World::inject(Connection& connection, const Packet& provoking) {
    if (connection.reset_sent) return;
    connection.reset_sent = true;
    Packet reset;
    reset.id = static_cast<std::uint32_t>(truth_.lost_between.size());
    truth_.lost_between.push_back(false);
    truth_.injected.push_back(true);
    reset.connection = provoking.connection;
    reset.from_client = !provoking.from_client;
    reset.injected = true;
    reset.seq = provoking.ack;
    reset.flags = kRst;
    reset.ttl = 255;
    agenda_.after(kMillisecond, [this, reset] {
        see(!reset.from_client, reset);
        agenda_.after(100 * kMicrosecond, [this, reset] { deliver(reset); });
    });
}

void World::deliver(const Packet& packet) {
    Connection& connection = connections_[static_cast<std::size_t>(packet.connection)];
    (packet.from_client ? connection.server_host : connection.client_host)->receive(packet);
}

// What the box and the routers make of it.
Packet World::as_at_b(const Packet& packet) const {
    const Connection& connection = connections_[static_cast<std::size_t>(packet.connection)];
    Packet seen = packet;
    seen.seq += packet.from_client ? connection.client_shift : connection.server_shift;
    if ((packet.flags & kAck) != 0)
        seen.ack += packet.from_client ? connection.server_shift : connection.client_shift;
    if (ways_.new_ip_ids) seen.ip_id = static_cast<std::uint16_t>(packet.id * 7 + 3);
    return seen;
}

void World::see(bool at_a, const Packet& packet) {
    if (chance(at_a ? ways_.missed_at_a : ways_.missed_at_b)) return;
    const Connection& connection = connections_[static_cast<std::size_t>(packet.connection)];
    Sight sight = {agenda_.now(), at_a ? packet : as_at_b(packet), {}, {}, {packet.id}};
    const Address client = at_a ? connection.client : connection.client_outside;
    const Address server = at_a ? connection.server : connection.server_inside;
    sight.from = packet.from_client ? client : server;
    sight.to = packet.from_client ? server : client;
    if (at_a != packet.from_client && !packet.injected)
        sight.packet.ttl = static_cast<std::uint8_t>(sight.packet.ttl - ways_.hops);
    std::vector<Sight>& all = at_a ? at_a_ : at_b_;
    const bool may_join =
        at_a ? ways_.joined_at_a && packet.from_client : ways_.joined_at_b && packet.from_client;
    if (may_join && packet.length > 0 && !all.empty()) {
        Sight& last = all.back();
        const bool follows = last.packet.connection == packet.connection &&
                             last.packet.from_client == packet.from_client && last.packet.length > 0 &&
                             last.packet.seq + last.packet.length == sight.packet.seq &&
                             last.packet.ack == sight.packet.ack && last.packet.tsval == packet.tsval &&
                             agenda_.now() - last.time < kMillisecond && last.packet.length < 60'000;
        if (follows) {
            last.packet.length += packet.length;
            last.ids.push_back(packet.id);
            return;
        }
    }
    all.push_back(std::move(sight));
}

comparing::CapturePoint World::capture(bool at_a, std::vector<Captured>& told) {
    std::vector<Sight>& all = at_a ? at_a_ : at_b_;
    if (ways_.midstream)
        std::erase_if(all, [](const Sight& sight) { return sight.time < kBegin + 3 * kSecond; });
    comparing::PointSink sink;
    AnalyzerOptions options = comparing::options_of_a_point();
    options.hash_seed = 1;
    Analyzer analyzer(options, sink);

    // It tells nothing of itself.
    class Nothing final : public PacketSource {
    public:
        ReadStatus next(FrameBatch&) override { return ReadStatus::kEnd; }
        [[nodiscard]] const SourceStats& stats() const override { return stats_; }
        [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
        [[nodiscard]] std::string format() const override { return "simulated"; }
        [[nodiscard]] std::string status_detail() const override { return {}; }

    private:
        SourceStats stats_;
        std::vector<InterfaceInfo> interfaces_;
    };

    const std::uint32_t input = analyzer.begin_input(at_a ? "a" : "b");
    for (const Sight& sight : all) {
        const std::vector<std::uint8_t> bytes = headers(sight);
        const auto gained =
            static_cast<Nanoseconds>(static_cast<double>(sight.time - kBegin) * ways_.clock_drift);
        FrameView frame;
        frame.data = bytes.data();
        frame.captured_length = static_cast<std::uint32_t>(bytes.size());
        frame.original_length = frame.captured_length + sight.packet.length;
        frame.time = at_a ? sight.time : sight.time + ways_.clock_offset + gained;
        frame.time -= frame.time % kMicrosecond;
        frame.number = told.size() + 1;
        frame.link_type = kRawIp;
        told.push_back({frame.time, sight.ids});
        analyzer.consume(std::span(&frame, 1), input);
    }
    analyzer.end_input(input, Nothing(), InputSummary::Outcome::kComplete);
    (void)analyzer.finish();
    return sink.take();
}

Simulated World::go() {
    constexpr Nanoseconds kEnd = kBegin + 110 * kSecond;
    truth_.begin = kBegin;
    connections_.resize(static_cast<std::size_t>(ways_.connections));
    for (int i = 0; i < ways_.connections; ++i) {
        connections_[static_cast<std::size_t>(i)].mortal = i == 1;
        agenda_.at(kBegin + between(0, 2 * kSecond), [this, i] { open(i); });
        // The first goes on for longer than all others.
        agenda_.at(kBegin + 4 * kSecond,
                   [this, i] { talk(i, i == 0 ? 200 : static_cast<int>(between(2, 8))); });
    }
    agenda_.run_until(kEnd);
    Simulated simulated;
    simulated.a = capture(true, truth_.at_a);
    simulated.b = capture(false, truth_.at_b);
    simulated.truth = std::move(truth_);
    return simulated;
}

}  // namespace

Simulated simulate(const Ways& ways) {
    return World(ways).go();
}

std::string describe(const Ways& ways) {
    return fmt::format(
        "seed {} ending {} nat {}{} new numbers {} time stamps {} ip ids {}{} hops {} loss {} {} missed {} "
        "{} "
        "joined {}{} midstream {} clock {} {}",
        ways.seed, static_cast<int>(ways.ending), ways.source_nat, ways.destination_nat, ways.new_numbers,
        ways.timestamps, ways.zero_ip_ids, ways.new_ip_ids, ways.hops, ways.loss_between, ways.loss_beyond,
        ways.missed_at_a, ways.missed_at_b, ways.joined_at_a, ways.joined_at_b, ways.midstream,
        ways.clock_offset, ways.clock_drift);
}

}  // namespace deadpeer::simulated
