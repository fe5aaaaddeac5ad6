// Writes the capture that tools/bench measures with.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <exception>
#include <string>

#include <fmt/core.h>

#include "frame_writer.h"
#include "traffic.h"

int main(int argc, char** argv) {
    std::string path;
    std::uint64_t packets = 10'000'000;
    std::size_t connections = 20'000;
    std::uint32_t snap_length = 96;
    std::uint64_t seed = 1;
    bool bulk = false;

    CLI::App app{"Writes a classic pcap file with a made-up, repeatable mix of TCP connections."};
    app.add_option("FILE", path, "the capture to write")->required();
    app.add_option("--packets", packets, "packets in all")->capture_default_str();
    app.add_option("--connections", connections, "connections open at once")->capture_default_str();
    app.add_option("--snap-length", snap_length, "bytes kept of each frame")->capture_default_str();
    app.add_option("--seed", seed, "another seed, another capture")->capture_default_str();
    app.add_flag("--bulk", bulk, "long transfers only; take fewer connections, say 1000");
    CLI11_PARSE(app, argc, argv);

    try {
        using deadpeer::bench::Traffic;
        Traffic traffic(bulk ? Traffic::Profile::kBulk : Traffic::Profile::kMixed, connections, seed);
        deadpeer::bench::FrameWriter writer(path, snap_length);
        for (std::uint64_t i = 0; i < packets; ++i) writer.write(traffic.next());
        writer.finish();
    } catch (const std::exception& error) {
        fmt::print(stderr, "make_trace: {}\n", error.what());
        return 1;
    }
    return 0;
}
