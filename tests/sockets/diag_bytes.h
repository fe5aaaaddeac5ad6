// Answers of the kernel to a dump of its sockets, as the tests need them.
#pragma once

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>

namespace deadpeer {

template <typename T>
std::string bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

inline std::string padded(std::string bytes) {
    bytes.resize((bytes.size() + 3) / 4 * 4, '\0');
    return bytes;
}

inline std::string attribute(std::uint16_t type, const std::string& body) {
    rtattr header = {};
    header.rta_len = static_cast<std::uint16_t>(sizeof header + body.size());
    header.rta_type = type;
    return bytes_of(header) + body;
}

inline std::string message(std::uint16_t type, const std::string& body, std::uint32_t sequence = 7) {
    nlmsghdr header = {};
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + body.size());
    header.nlmsg_type = type;
    header.nlmsg_seq = sequence;
    return bytes_of(header) + body;
}

// 10.0.0.1:40000 to 10.0.0.2:5432, established, without timer.
inline inet_diag_msg a_socket() {
    inet_diag_msg raw = {};
    raw.idiag_family = AF_INET;
    raw.idiag_state = 1;
    raw.id.idiag_sport = htons(40'000);
    raw.id.idiag_dport = htons(5432);
    raw.id.idiag_src[0] = htonl(0x0a000001);
    raw.id.idiag_dst[0] = htonl(0x0a000002);
    return raw;
}

inline std::string socket_message(const inet_diag_msg& raw, const std::string& attributes = {}) {
    return message(SOCK_DIAG_BY_FAMILY, bytes_of(raw) + attributes);
}

// Bytes right before memory that cannot be read: one byte too far ends the test.
class Guarded {
public:
    explicit Guarded(const std::string& bytes) : size_(bytes.size()) {
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        const std::size_t readable = (size_ / page + 1) * page;
        mapped_ = readable + page;
        memory_ = static_cast<std::byte*>(
            ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (memory_ == MAP_FAILED || ::mprotect(memory_ + readable, page, PROT_NONE) != 0)
            throw std::runtime_error("no memory");
        begin_ = memory_ + readable - size_;
        if (size_ > 0) std::memcpy(begin_, bytes.data(), size_);
    }
    ~Guarded() { ::munmap(memory_, mapped_); }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    [[nodiscard]] std::span<const std::byte> view() const { return {begin_, size_}; }

private:
    std::size_t size_;
    std::size_t mapped_ = 0;
    std::byte* memory_ = nullptr;
    std::byte* begin_ = nullptr;
};

}  // namespace deadpeer
