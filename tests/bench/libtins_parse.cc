// Contender: libtins parses every frame of a capture file and asks for its TCP layer.
#include <tins/tins.h>

#include <cinttypes>
#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: bench_libtins_parse FILE\n", stderr);
        return 1;
    }
    try {
        Tins::FileSniffer sniffer(argv[1]);
        std::uint64_t segments = 0;
        sniffer.sniff_loop([&segments](Tins::PDU& pdu) {
            if (pdu.find_pdu<Tins::TCP>() != nullptr) ++segments;
            return true;
        });
        std::printf("%" PRIu64 " TCP segments\n", segments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
