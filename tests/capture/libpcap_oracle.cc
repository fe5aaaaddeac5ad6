#include "libpcap_oracle.h"

#include <pcap.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "capture/link_type.h"
#include "capture/open.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

// Walks our source frame by frame.
class Frames {
public:
    explicit Frames(PacketSource& source) : source_(source) {}

    // The next packet; null at the end. Records that are no packets are passed over: libpcap has none.
    const FrameView* next() {
        do {
            while (at_ == batch_.count) {
                if (source_.next(batch_) != ReadStatus::kFrames) return nullptr;
                at_ = 0;
            }
            ++at_;
        } while (batch_.frames[at_ - 1].interface == kNotAPacket);
        return &batch_.frames[at_ - 1];
    }

private:
    PacketSource& source_;
    FrameBatch batch_;
    std::size_t at_ = 0;
};

void check_same(const FrameView& ours, const pcap_pkthdr& theirs, const u_char* data, int snap_length) {
    // libpcap cuts classic records to the snap length that the file declares.
    const auto captured = std::min(ours.captured_length, static_cast<std::uint32_t>(snap_length));
    REQUIRE((theirs.caplen == ours.captured_length || theirs.caplen == captured));
    REQUIRE(theirs.len == ours.original_length);
    REQUIRE(std::memcmp(data, ours.data, theirs.caplen) == 0);
}

void check_same_time(const FrameView& ours, const pcap_pkthdr& theirs) {
    // A Simple Packet Block has no time; libpcap makes one up.
    if (ours.time == kNoTime) return;
    const Nanoseconds time = Nanoseconds{theirs.ts.tv_sec} * kSecond + theirs.ts.tv_usec;
    // Its classic reader takes seconds for signed, so that the year 2038 is 1901.
    constexpr Nanoseconds kWrap = (Nanoseconds{1} << 32) * kSecond;
    REQUIRE((ours.time == time || ours.time == time + kWrap));
}

}  // namespace

bool agrees_with_libpcap(const std::string& path, Times times) {
    INFO(path);
    char error[PCAP_ERRBUF_SIZE];
    const std::unique_ptr<pcap_t, decltype(&::pcap_close)> theirs(
        ::pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error),
        &::pcap_close);
    if (!theirs) return false;

    auto opened = open_capture(path);
    REQUIRE(opened.ok());
    Frames frames(*opened.value());
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    int answer = 0;
    while ((answer = ::pcap_next_ex(theirs.get(), &header, &data)) == 1) {
        const FrameView* ours = frames.next();
        REQUIRE(ours != nullptr);
        INFO("frame " << ours->number);
        check_same(*ours, *header, data, ::pcap_snapshot(theirs.get()));
        if (times == Times::kCompared) check_same_time(*ours, *header);
        REQUIRE(capture::dlt_of(ours->link_type) == ::pcap_datalink(theirs.get()));
    }
    // Where libpcap gives up, for a mixture of interfaces for one, we may go on.
    if (answer == PCAP_ERROR_BREAK) REQUIRE(frames.next() == nullptr);
    return true;
}

}  // namespace deadpeer::test
