// Contender: libpcap reads every record of a capture file and does nothing with it.
#include <pcap.h>

#include <array>
#include <cinttypes>
#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: bench_libpcap_loop FILE\n", stderr);
        return 1;
    }
    std::array<char, PCAP_ERRBUF_SIZE> message{};
    pcap_t* capture = pcap_open_offline(argv[1], message.data());
    if (capture == nullptr) {
        std::fprintf(stderr, "%s\n", message.data());
        return 1;
    }
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    std::uint64_t packets = 0;
    while (pcap_next_ex(capture, &header, &bytes) == 1) ++packets;
    std::printf("%" PRIu64 " packets\n", packets);
    pcap_close(capture);
    return 0;
}
