// Capture files as bytes, put together field by field, so that a test can say what no writer would write.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace deadpeer::test {

enum class Order : std::uint8_t { kLittle, kBig };

// Appends integers in one byte order.
class Bytes {
public:
    explicit Bytes(Order order = Order::kLittle) : order_(order) {}

    Bytes& u8(std::uint8_t value);
    Bytes& u16(std::uint32_t value);
    Bytes& u32(std::uint64_t value);
    Bytes& u64(std::uint64_t value);
    Bytes& add(const std::string& bytes);
    Bytes& zeros(std::size_t count);
    Bytes& pad_to_4();

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] Order order() const { return order_; }

private:
    Bytes& number(std::uint64_t value, unsigned bytes);

    Order order_;
    std::string text_;
};

// Classic pcap.
struct ClassicFile {
    std::uint32_t magic = 0xA1B2C3D4;
    std::uint16_t major = 2;
    std::uint16_t minor = 4;
    std::uint32_t snap_length = 65'535;
    std::uint32_t network = 1;
    Order order = Order::kLittle;

    [[nodiscard]] std::string header() const;
    [[nodiscard]] std::string record(std::uint32_t seconds, std::uint32_t subsecond, std::uint32_t captured,
                                     std::uint32_t original, const std::string& data) const;
    // A record whose lengths are right, at second 1600000000.
    [[nodiscard]] std::string record(const std::string& data) const;
};

// pcapng.
using Options = std::vector<std::pair<std::uint16_t, std::string>>;

std::string block(std::uint32_t type, const std::string& body, Order order = Order::kLittle);
std::string section(Order order = Order::kLittle, std::uint16_t major = 1, std::uint16_t minor = 0);
std::string interface(std::uint16_t link_type = 1, std::uint32_t snap_length = 0, const Options& options = {},
                      Order order = Order::kLittle);
std::string packet(std::uint32_t id, std::uint64_t ticks, const std::string& data,
                   const Options& options = {}, Order order = Order::kLittle);
std::string statistics(std::uint32_t id, const Options& options, Order order = Order::kLittle);

std::string little16(std::uint16_t value);
std::string little32(std::uint32_t value);
std::string little64(std::uint64_t value);

// A frame of that many bytes: Ethernet, IPv4, TCP to port 80, then filling.
std::string tcp_frame(std::size_t length = 60);

}  // namespace deadpeer::test
