// What is kept of a frame, and that what is left out is not missed.
#include "slim/frame_cut.h"

#include "cli/testdata_captures.h"
#include "decode/frames.h"
#include "decode/pcap_frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

FrameView view_of(const TestFrame& frame) {
    FrameView view;
    view.data = frame.bytes.data();
    view.captured_length = static_cast<std::uint32_t>(frame.bytes.size());
    view.original_length = frame.original_length != 0 ? frame.original_length : view.captured_length;
    view.time = frame.time;
    view.number = 1;
    view.link_type = frame.link_type;
    view.fcs_bytes = frame.fcs_bytes;
    return view;
}

std::uint32_t kept(const TestFrame& frame) {
    return FrameCut().bytes(view_of(frame));
}

TestFrame cut(const TestFrame& frame) {
    const FrameView view = cut_to(view_of(frame), kept(frame));
    TestFrame cut = frame;
    cut.bytes.resize(view.captured_length);
    cut.original_length = view.original_length;
    return cut;
}

Bytes udp(std::uint16_t port, const Bytes& content) {
    const auto length = static_cast<std::uint8_t>(content.size() + 8);
    return Bytes{0x30, 0x39, static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port), 0, length,
                 0,    0} +
           content;
}

TestFrame tcp_with_payload(const std::string& payload) {
    Tins::TCP tcp = test_tcp();
    tcp.inner_pdu(Tins::RawPDU(payload));
    return {ethernet_frame(ipv4_packet(tcp))};
}

constexpr std::uint32_t kTcpHeaders = 14 + 20 + 20;

}  // namespace

TEST_CASE("a segment keeps its headers, and a payload that may be a heartbeat") {
    CHECK(kept(tcp_with_payload("")) == kTcpHeaders);
    CHECK(kept(tcp_with_payload(std::string(FrameCut::kSmallPayload, 'x'))) ==
          kTcpHeaders + FrameCut::kSmallPayload);
    CHECK(kept(tcp_with_payload(std::string(FrameCut::kSmallPayload + 1, 'x'))) == kTcpHeaders);
}

TEST_CASE("of a large payload that may announce a keepalive its beginning is kept") {
    CHECK(kept(tcp_with_payload("\x10" + std::string(500, 'x'))) == kTcpHeaders + FrameCut::kAnnouncement);
}

TEST_CASE("padding behind a segment is left out") {
    TestFrame frame = tcp_with_payload("");
    frame.bytes = frame.bytes + zeros(6);
    CHECK(kept(frame) == kTcpHeaders);
}

TEST_CASE("of a datagram that is no tunnel the headers are kept") {
    CHECK(kept({ethernet_frame(ipv4_packet(udp(443, zeros(200)), 17))}) == 14 + 20 + 8);
}

TEST_CASE("a frame of an unknown link type keeps a byte, an empty one nothing, a fragment all") {
    CHECK(kept({zeros(100), 147}) == 1);
    CHECK(kept({{}}) == 0);
    // More fragments follow.
    const Bytes fragment = with(ipv4_packet(udp(443, zeros(200)), 17), 6, hex("20 00"));
    CHECK(kept({ethernet_frame(fragment)}) == 14 + 20 + 8 + 200);
}

TEST_CASE("what a client asks a DHCP server is read in the cut frame, too") {
    const TestFrame whole{
        ethernet_frame(ipv4_packet(dhcp_datagram(hex("35 01 03 32 04 0a000005 ff")), 17) + zeros(200))};
    CHECK(noticed(whole).starts_with("dhcp"));
    CHECK(noticed(cut(whole)) == noticed(whole));
    CHECK(cut(whole).bytes.size() < whole.bytes.size() - 150);
}

TEST_CASE("a frame that was longer than its record says is as long as what was captured") {
    TestFrame lying = tcp_with_payload(std::string(500, 'x'));
    lying.original_length = 60;
    CHECK(decoded(cut(lying)) == decoded(lying));
    CHECK(cut(lying).original_length == lying.bytes.size());
}

TEST_CASE("whole and cut, each frame of testdata says the same, and is not cut again") {
    std::size_t cut_frames = 0;
    for (const std::string& path : captures_of_testdata()) {
        for (TestFrame& whole : frames_of(path)) {
            INFO(path);
            for (const ScopeChoice scope : {ScopeChoice{}, ScopeChoice{true, true, true}}) {
                whole.scope = scope;
                const TestFrame shorter = cut(whole);
                REQUIRE(decoded(shorter) == decoded(whole));
                REQUIRE(noticed(shorter) == noticed(whole));
                REQUIRE(heard(shorter) == heard(whole));
                REQUIRE(cut(shorter).bytes == shorter.bytes);
                cut_frames += shorter.bytes.size() < whole.bytes.size() ? 1 : 0;
            }
        }
    }
    CHECK(cut_frames > 200);
}

}  // namespace deadpeer
