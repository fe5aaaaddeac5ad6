// make_testdata FOLDER: writes the synthetic captures of testdata/ below FOLDER. Each story's README.md in
// testdata/ says what happens in it.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "capture_writer.h"
#include "conversation.h"

namespace {

using namespace deadpeer::golden;
using enum Conversation::Who;
using Frames = std::vector<StoredFrame>;

const Host kLaptop{"192.0.2.10", "02:00:00:00:00:10"};
const Host kWeb{"198.51.100.20", "02:00:00:00:00:20", 57};
const Host kDatabase{"198.51.100.30", "02:00:00:00:00:30", 57};
const Host kSensor{"192.0.2.40", "02:00:00:00:00:40"};
const Host kLaptopV6{"2001:db8::10", "02:00:00:00:00:10"};
const Host kWebV6{"2001:db8::20", "02:00:00:00:00:20", 57};

void request(Conversation& c, double at) {
    c.data(at, kClient, 180);
    c.data(at + 0.02, kServer, 900);
}

// Probes every `period` seconds from `at` on, each answered.
void answered_probes(Conversation& c, double at, double period, int count, std::size_t bytes = 0) {
    for (int i = 0; i < count; ++i) {
        c.probe(at + i * period, kClient, bytes);
        c.ack(at + i * period + 0.0211, kServer);
    }
}

Frames keepalive_answered() {
    Frames frames;
    Conversation linux_like(frames, kLaptop, 40001, kWeb, 443);
    linux_like.handshake(0);
    request(linux_like, 0.01);
    answered_probes(linux_like, 60.05, 60.022, 4);
    linux_like.close(320, kClient);

    Conversation windows_like(frames, kLaptop, 40002, kDatabase, 5432);
    windows_like.handshake(1);
    request(windows_like, 1.01);
    answered_probes(windows_like, 61.07, 60.021, 4, 1);
    windows_like.close(321, kServer);
    return frames;
}

Frames port_reuse() {
    Frames frames;
    Conversation first(frames, kLaptop, 40001, kWeb, 443);
    first.handshake(0);
    request(first, 0.01);
    first.close(5, kClient);
    // The same four numbers after a clean close, then once more on top of an open connection.
    for (const double at : {70.0, 200.0}) {
        Conversation again(frames, kLaptop, 40001, kWeb, 443);
        again.skip_ahead(static_cast<std::uint32_t>(at) * 250'000);
        again.handshake(at);
        request(again, at + 0.01);
        answered_probes(again, at + 60.1, 60.02, 1);
    }
    return frames;
}

// A connection over each link, a tenth of a second apart, with two probes.
Frames over(const std::vector<const Link*>& links, const Host& client, const Host& server,
            std::uint16_t first_port) {
    Frames frames;
    for (std::size_t i = 0; i < links.size(); ++i) {
        Conversation c(frames, client, static_cast<std::uint16_t>(first_port + i), server, 443, *links[i]);
        const double start = 0.1 * static_cast<double>(i);
        c.handshake(start);
        request(c, start + 1);
        answered_probes(c, start + 61.04, 60.02, 2);
    }
    return frames;
}

Frames mixed_links() {
    const std::vector<const Link*> links = {&ethernet(), &raw(), &null_loopback()};
    Frames frames = over(links, kLaptop, kWeb, 40001);
    const Frames v6 = over(links, kLaptopV6, kWebV6, 40011);
    frames.insert(frames.end(), v6.begin(), v6.end());
    return frames;
}

Frames vlan_and_cooked() {
    return over({&vlan(), &stacked_vlans(), &sll(), &sll2()}, kLaptop, kWeb, 40001);
}

// A probe train that nobody answers: `count` probes, then the prober gives up.
void unanswered_train(Conversation& c, double at, double interval, int count) {
    for (int i = 0; i < count; ++i) c.probe(at + i * interval, kClient);
    c.abort(at + count * interval, kClient);
}

Frames sample() {
    Frames frames;
    Conversation answered(frames, kLaptop, 40001, kWeb, 443);
    answered.handshake(0);
    request(answered, 0.01);
    answered_probes(answered, 60.06, 60.02, 5);

    Conversation dies(frames, kLaptop, 40002, kDatabase, 5432);
    dies.handshake(1);
    request(dies, 1.01);
    answered_probes(dies, 61.05, 60.02, 1);
    unanswered_train(dies, 121.1, 10.24, 5);

    Conversation reboots(frames, kLaptop, 40003, kSensor, 502);
    reboots.handshake(2);
    request(reboots, 2.01);
    answered_probes(reboots, 62.05, 60.02, 1);
    reboots.probe(122.1, kClient);
    reboots.probe(132.3, kClient);
    announce(frames, 140.9, kSensor);
    reboots.probe(142.6, kClient);
    reboots.no_socket_reset(142.6003, kServer);

    Conversation idle(frames, kLaptop, 40004, kWeb, 22);
    idle.handshake(3);
    request(idle, 3.01);

    Conversation closed(frames, kLaptop, 40005, kWeb, 443);
    closed.handshake(4);
    request(closed, 4.01);
    closed.close(4.5, kClient);
    return frames;
}

void store(const std::string& folder, const std::string& name, const Bytes& bytes, const char* extension) {
    std::filesystem::create_directories(folder + "/" + name);
    write_file(folder + "/" + name + "/capture." + extension, bytes);
}

Bytes pcap(Frames frames) {
    sort_by_time(frames);
    return as_pcap(frames);
}

Bytes pcapng(Frames frames) {
    sort_by_time(frames);
    return as_pcapng(frames);
}

void make_all(const std::string& folder) {
    store(folder, "sample", pcap(sample()), "pcap");
    store(folder, "keepalive_answered", pcap(keepalive_answered()), "pcap");
    store(folder, "port_reuse", pcap(port_reuse()), "pcap");
    store(folder, "pcapng_mixed_links", pcapng(mixed_links()), "pcapng");
    store(folder, "vlan_and_cooked", pcapng(vlan_and_cooked()), "pcapng");

    Bytes cut = pcap(keepalive_answered());
    cut.resize(cut.size() - 25);
    store(folder, "truncated", cut, "pcap");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: make_testdata FOLDER\n", stderr);
        return 1;
    }
    try {
        make_all(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_testdata: %s\n", error.what());
        return 1;
    }
    return 0;
}
