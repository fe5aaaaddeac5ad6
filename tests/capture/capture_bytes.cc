#include "capture_bytes.h"

namespace deadpeer::test {

Bytes& Bytes::number(std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
        const unsigned place = order_ == Order::kLittle ? i : bytes - 1 - i;
        text_.push_back(static_cast<char>(value >> (8 * place) & 0xFF));
    }
    return *this;
}

Bytes& Bytes::u8(std::uint8_t value) {
    return number(value, 1);
}
Bytes& Bytes::u16(std::uint32_t value) {
    return number(value, 2);
}
Bytes& Bytes::u32(std::uint64_t value) {
    return number(value, 4);
}
Bytes& Bytes::u64(std::uint64_t value) {
    return number(value, 8);
}
Bytes& Bytes::add(const std::string& bytes) {
    text_ += bytes;
    return *this;
}
Bytes& Bytes::zeros(std::size_t count) {
    text_.append(count, '\0');
    return *this;
}
Bytes& Bytes::pad_to_4() {
    return zeros((4 - text_.size() % 4) % 4);
}

std::string ClassicFile::header() const {
    return Bytes(order).u32(magic).u16(major).u16(minor).u32(0).u32(0).u32(snap_length).u32(network).text();
}

std::string ClassicFile::record(std::uint32_t seconds, std::uint32_t subsecond, std::uint32_t captured,
                                std::uint32_t original, const std::string& data) const {
    Bytes bytes(order);
    bytes.u32(seconds).u32(subsecond).u32(captured).u32(original);
    if (magic == 0xA1B2CD34) bytes.u32(3).u16(0x0800).u8(0).u8(0);
    return bytes.add(data).text();
}

std::string ClassicFile::record(const std::string& data) const {
    const auto length = static_cast<std::uint32_t>(data.size());
    return record(1'600'000'000, 123'456, length, length, data);
}

std::string block(std::uint32_t type, const std::string& body, Order order) {
    const std::string padded = Bytes(order).add(body).pad_to_4().text();
    const std::size_t length = padded.size() + 12;
    return Bytes(order).u32(type).u32(length).add(padded).u32(length).text();
}

std::string section(Order order, std::uint16_t major, std::uint16_t minor) {
    const auto body = Bytes(order).u32(0x1A2B3C4D).u16(major).u16(minor).u64(~std::uint64_t{0});
    return block(0x0A0D0D0A, body.text(), order);
}

namespace {

std::string option_list(const Options& options, Order order) {
    if (options.empty()) return "";
    Bytes bytes(order);
    for (const auto& [code, value] : options) {
        bytes.u16(code).u16(static_cast<std::uint32_t>(value.size())).add(value).pad_to_4();
    }
    return bytes.u32(0).text();
}

}  // namespace

std::string interface(std::uint16_t link_type, std::uint32_t snap_length, const Options& options,
                      Order order) {
    const auto body = Bytes(order).u16(link_type).u16(0).u32(snap_length).add(option_list(options, order));
    return block(1, body.text(), order);
}

std::string packet(std::uint32_t id, std::uint64_t ticks, const std::string& data, const Options& options,
                   Order order) {
    Bytes body(order);
    body.u32(id).u32(ticks >> 32).u32(ticks & 0xFFFFFFFF).u32(data.size()).u32(data.size());
    body.add(data).pad_to_4().add(option_list(options, order));
    return block(6, body.text(), order);
}

std::string statistics(std::uint32_t id, const Options& options, Order order) {
    return block(5, Bytes(order).u32(id).u64(0).add(option_list(options, order)).text(), order);
}

std::string little16(std::uint16_t value) {
    return Bytes().u16(value).text();
}
std::string little32(std::uint32_t value) {
    return Bytes().u32(value).text();
}
std::string little64(std::uint64_t value) {
    return Bytes().u64(value).text();
}

std::string tcp_frame(std::size_t length) {
    Bytes bytes(Order::kBig);
    bytes.zeros(12).u16(0x0800);
    bytes.u16(0x4500).u16(40).u32(0).u16(0x4006).u16(0).u32(0x0A000001).u32(0x0A000002);
    bytes.u16(40'000).u16(80).u32(1).u32(2).u16(0x5010).u16(512).u32(0);
    std::string text = bytes.text();
    text.resize(length, '\x2A');
    return text;
}

}  // namespace deadpeer::test
