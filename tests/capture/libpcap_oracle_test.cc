// Our readers and libpcap's agree on captures made here.
#include "libpcap_oracle.h"

#include <pcap.h>

#include <memory>

#include "capture_bytes.h"
#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

void check_agreement(const std::string& bytes) {
    const TemporaryFile file(bytes);
    CHECK(agrees_with_libpcap(file.path()));
}

TEST_CASE("libpcap reads the same out of classic files") {
    for (const std::uint32_t magic : {0xA1B2C3D4U, 0xA1B23C4DU, 0xA1B2CD34U}) {
        for (const Order order : {Order::kLittle, Order::kBig}) {
            for (std::uint16_t minor = 0; minor <= 4; ++minor) {
                for (const std::uint32_t link_type : {0U, 1U, 9U, 50U, 101U, 104U, 108U, 113U, 228U, 276U}) {
                    CAPTURE(magic, order == Order::kBig, minor, link_type);
                    const ClassicFile file = {
                        .magic = magic, .minor = minor, .network = link_type, .order = order};
                    const std::uint32_t captured = minor < 3 ? 1500 : 60;
                    const std::uint32_t original = minor < 3 ? 60 : 1500;
                    std::string bytes = file.header() + file.record(tcp_frame(60));
                    bytes += file.record(4'000'000'000, 999'999, captured, original, tcp_frame(60));
                    bytes += file.record(0, 1, 0, 0, "");
                    check_agreement(bytes);
                }
            }
        }
    }
}

TEST_CASE("libpcap reads the same where lengths contradict each other") {
    const ClassicFile file = {.snap_length = 40};
    check_agreement(file.header() + file.record(tcp_frame(60)) + file.record(1, 2, 60, 10, tcp_frame(60)));
    const ClassicFile guess = {.minor = 3};
    check_agreement(guess.header() + guess.record(1, 2, 60, 1500, tcp_frame(60)) +
                    guess.record(1, 2, 1500, 60, tcp_frame(60)));
}

TEST_CASE("libpcap reads the same out of a file that libpcap wrote") {
    const TemporaryFile file("");
    const std::unique_ptr<pcap_t, decltype(&::pcap_close)> handle(
        ::pcap_open_dead_with_tstamp_precision(DLT_RAW, 65'535, PCAP_TSTAMP_PRECISION_NANO), &::pcap_close);
    pcap_dumper_t* dumper = ::pcap_dump_open(handle.get(), file.path().c_str());
    REQUIRE(dumper != nullptr);
    for (unsigned i = 0; i < 300; ++i) {
        const std::string data = tcp_frame(40 + i);
        pcap_pkthdr header = {};
        header.ts.tv_sec = 1'600'000'000 + static_cast<int>(i);
        header.ts.tv_usec = 999'999'999 - static_cast<int>(i);
        header.caplen = static_cast<bpf_u_int32>(data.size());
        header.len = header.caplen + i;
        ::pcap_dump(reinterpret_cast<u_char*>(dumper), &header, reinterpret_cast<const u_char*>(data.data()));
    }
    ::pcap_dump_close(dumper);
    CHECK(agrees_with_libpcap(file.path()));
    CHECK(read_path(file.path()).frames.size() == 300);
}

TEST_CASE("libpcap reads the same out of pcapng files") {
    for (const Order order : {Order::kLittle, Order::kBig}) {
        for (const int resolution : {0, 3, 6, 9, 0x80 | 10, 0x80 | 30}) {
            CAPTURE(order == Order::kBig, resolution);
            const std::string offset =
                Bytes(order).u64(static_cast<std::uint64_t>(std::int64_t{1000})).text();
            const std::string unit(1, static_cast<char>(resolution));
            std::string bytes = section(order) + interface(1, 65'535, {{9, unit}, {14, offset}}, order);
            for (std::uint64_t i = 0; i < 200; ++i) {
                bytes += packet(0, 1'500'000'000 + i, tcp_frame(40 + i), {}, order);
            }
            bytes += block(3, Bytes(order).u32(60).add(tcp_frame(60)).text(), order);
            bytes += block(4, "", order) + statistics(0, {}, order) + packet(0, 7, tcp_frame(54), {}, order);
            check_agreement(bytes);
        }
    }
}

}  // namespace
}  // namespace deadpeer::test
