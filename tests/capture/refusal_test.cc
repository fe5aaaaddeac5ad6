// What cannot be read is refused by name, with advice.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "capture_bytes.h"
#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("inputs of other kinds are refused with advice") {
    struct Case {
        std::string bytes;
        std::string message;  // part of it
    };
    const std::string erf("\0\0\0\0\0\xF1\x53\x65\x02\x04\0\x50\0\0\0\x3C", 16);
    const std::vector<Case> cases = {
        {"", "is empty"},
        {"\xD4\xC3\xB2", "has only 3 bytes"},
        {ClassicFile{}.header().substr(0, 4), "ends inside the pcap file header (4 of 24 bytes)"},
        {ClassicFile{}.header().substr(0, 23), "ends inside the pcap file header (23 of 24 bytes)"},
        {section().substr(0, 27), "ends inside the pcapng section header (27 of 28 bytes)"},
        {ClassicFile{.major = 9, .minor = 9}.header(), "has version 9.9 of the pcap format"},
        {ClassicFile{.minor = 5}.header(), "has version 2.5 of the pcap format"},
        {ClassicFile{.network = 0x10001}.header(), "has link type 65537"},
        {section(Order::kLittle, 2, 0), "has version 2.0 of the pcapng format"},
        {section(Order::kBig, 1, 1), "has version 1.1 of the pcapng format"},
        {block(0x0A0D0D0A, Bytes().zeros(16).text()), "no byte-order magic"},
        {std::string("\x1C\0\x01\xAC....", 8), "is an Ixia capture"},
        {std::string("snoop\0\0\0", 8), "is a snoop capture"},
        {erf, "is an ERF capture"},
        {"\x7F"
         "ELF\x02",
         "is a program (ELF)"},
        {"12:00:00.1 IP a > b: Flags [S]\n", "is text, not a capture"},
        {std::string(100, '\0'), "begins with 00 00 00 00 00 00 00 00"},
    };
    for (const Case& one : cases) {
        const Reading as_file = read_as_file(one.bytes);
        CHECK_THAT(as_file.error, ContainsSubstring(one.message));
        CHECK_THAT(as_file.error, ContainsSubstring("/input"));
        const Reading as_stream = read_as_stream(one.bytes);
        CHECK_THAT(as_stream.error, ContainsSubstring(one.message));
        CHECK_THAT(as_stream.error, ContainsSubstring("standard input"));
    }
}

TEST_CASE("what cannot be opened is refused with the system's words") {
    const TemporaryFile file("x");
    CHECK(read_path(file.folder() + "/none").error ==
          "cannot open " + file.folder() + "/none: No such file or directory");
    CHECK(read_path(file.folder()).error == "cannot open " + file.folder() + ": Is a directory");
    CHECK(read_path("/dev/null").error == "/dev/null is empty: there is nothing to analyse");

    const std::string socket_path = file.folder() + "/socket";
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    CHECK(read_path(socket_path).error == "cannot open " + socket_path + ": No such device or address");
    ::close(socket);
}

TEST_CASE("a file that nobody may read is refused") {
    const TemporaryFile file(ClassicFile{}.header());
    REQUIRE(::chmod(file.path().c_str(), 0) == 0);
    const Reading reading = read_path(file.path());
    // The superuser may read it.
    const std::string expected = ::geteuid() == 0 ? "" : "cannot open " + file.path() + ": Permission denied";
    CHECK(reading.error == expected);
}

TEST_CASE("the content counts, not the name") {
    const TemporaryFile file(section() + interface() + packet(0, 0, tcp_frame()));
    REQUIRE(::rename(file.path().c_str(), (file.folder() + "/looks.pcap.gz").c_str()) == 0);
    CHECK(read_path(file.folder() + "/looks.pcap.gz").format == "pcapng");
}

}  // namespace
}  // namespace deadpeer::test
