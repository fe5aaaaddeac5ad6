#include "frame_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <system_error>
#include <utility>

namespace deadpeer::bench {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is written in host byte order");

constexpr std::size_t kMaxFrame = 2048;

// Bytes of a frame from front to back.
class Bytes {
public:
    explicit Bytes(std::array<std::uint8_t, kMaxFrame>& buffer) : buffer_(buffer) {}

    Bytes& u8(std::uint32_t value) {
        buffer_[size_++] = static_cast<std::uint8_t>(value);
        return *this;
    }
    Bytes& u16(std::uint32_t value) { return u8(value >> 8).u8(value); }
    Bytes& u32(std::uint32_t value) { return u16(value >> 16).u16(value); }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::array<std::uint8_t, kMaxFrame>& buffer_;
    std::size_t size_ = 0;
};

void put_tcp(Bytes& bytes, const Packet& p) {
    const bool syn = (p.flags & kSyn) != 0;
    const std::uint32_t header_words = syn ? 10 : 8;
    bytes.u16(p.source_port).u16(p.destination_port).u32(p.seq).u32(p.ack);
    bytes.u8(header_words << 4).u8(p.flags).u16(p.window).u16(0).u16(0);
    if (syn) bytes.u32(0x020405b4).u16(0x0402);       // MSS 1460, SACK permitted
    if (!syn) bytes.u16(0x0101);                      // two NOPs
    bytes.u16(0x080a).u32(p.tsval).u32(p.tsecr);      // timestamps
    if (syn) bytes.u8(0x01).u8(0x03).u8(0x03).u8(7);  // NOP, window scale
}

// Writes the headers; answers the length of the whole frame.
std::size_t put_frame(Bytes& bytes, const Packet& p) {
    const std::uint32_t transport_header = p.is_udp ? 8 : (p.flags & kSyn) != 0 ? 40 : 32;
    const std::uint32_t ip_length = 20 + transport_header + p.payload_bytes;
    bytes.u32(0x02000000).u16(p.destination & 0xffff).u32(0x02000000).u16(p.source & 0xffff).u16(0x0800);
    bytes.u16(0x4500).u16(ip_length).u16(p.seq & 0xffff).u16(0x4000);
    bytes.u8(64).u8(p.is_udp ? 17 : 6).u16(0).u32(p.source).u32(p.destination);
    if (p.is_udp) {
        bytes.u16(p.source_port).u16(p.destination_port).u16(8U + p.payload_bytes).u16(0);
    } else {
        put_tcp(bytes, p);
    }
    return 14 + ip_length;
}

struct FileHeader {
    std::uint32_t magic = 0xa1b2c3d4;
    std::uint16_t major = 2;
    std::uint16_t minor = 4;
    std::int32_t zone = 0;
    std::uint32_t accuracy = 0;
    std::uint32_t snap_length = 0;
    std::uint32_t link_type = 1;
};

struct RecordHeader {
    std::uint32_t seconds;
    std::uint32_t microseconds;
    std::uint32_t captured;
    std::uint32_t original;
};

std::string partial(const std::string& path) {
    return path + ".partial";
}

[[noreturn]] void fail(const std::string& path) {
    throw std::system_error(errno, std::generic_category(), path);
}

}  // namespace

FrameWriter::FrameWriter(std::string path, std::uint32_t snap_length)
    : path_(std::move(path)),
      snap_length_(std::min<std::uint32_t>(snap_length, kMaxFrame)),
      file_(std::fopen(partial(path_).c_str(), "wb")) {
    if (file_ == nullptr) fail(partial(path_));
    FileHeader header;
    header.snap_length = snap_length_;
    put(&header, sizeof header);
}

FrameWriter::~FrameWriter() {
    if (file_ != nullptr) std::fclose(file_);
}

void FrameWriter::write(const Packet& packet) {
    std::array<std::uint8_t, kMaxFrame> frame{};
    Bytes bytes(frame);
    const std::size_t length = put_frame(bytes, packet);
    const std::size_t captured = std::min<std::size_t>(length, snap_length_);
    const RecordHeader record{static_cast<std::uint32_t>(packet.time_us / 1'000'000),
                              static_cast<std::uint32_t>(packet.time_us % 1'000'000),
                              static_cast<std::uint32_t>(captured), static_cast<std::uint32_t>(length)};
    put(&record, sizeof record);
    put(frame.data(), captured);
}

void FrameWriter::finish() {
    const int closed = std::fclose(std::exchange(file_, nullptr));
    if (closed != 0) fail(partial(path_));
    if (std::rename(partial(path_).c_str(), path_.c_str()) != 0) fail(path_);
}

void FrameWriter::put(const void* data, std::size_t size) {
    if (std::fwrite(data, 1, size, file_) != size) fail(partial(path_));
}

}  // namespace deadpeer::bench
