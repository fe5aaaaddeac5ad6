#include "report/columns/cells.h"

#include <cerrno>
#include <clocale>
#include <limits>
#include <locale>

#include "deadpeer/address.h"
#include "report/captured_output.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    IpAddress address;
    address.bytes = {a, b, c, d};
    return address;
}

// Every kind of cell once.
std::string sample_row(const CsvDialect& dialect) {
    return row_of(dialect, [](Cells& cells) {
        cells.number(std::uint64_t{1234567});
        cells.seconds(1'500'000'000);
        cells.time(1'500'000'000);
        cells.text("a;b,c");
        cells.empty();
    });
}

class GermanNumbers : public std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("cells are written in their forms") {
    const std::string row = row_of({}, [](Cells& cells) {
        cells.number(std::uint64_t{0});
        cells.number(std::numeric_limits<std::uint64_t>::max());
        cells.address(v4(192, 0, 2, 1));
        cells.address(v4(255, 255, 255, 255));
        cells.word("keepalive_probe");
        cells.word("tcp.stream eq ", 12);
    });
    CHECK(row == "0,18446744073709551615,192.0.2.1,255.255.255.255,keepalive_probe,tcp.stream eq 12\n");
}

TEST_CASE("an IPv6 address is written as RFC 5952 has it") {
    IpAddress address;
    address.is_v6 = true;
    address.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1};
    CHECK(row_of({}, [&](Cells& cells) { cells.address(address); }) == "2001:db8::1\n");
    address.bytes.fill(0xff);
    CHECK(row_of({}, [&](Cells& cells) { cells.address(address); }) ==
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n");
}

TEST_CASE("unknown is an empty cell, never 0") {
    const std::string row = row_of({}, [](Cells& cells) {
        cells.known_number(0U);
        cells.time(kNoTime);
        cells.seconds(kNoTime);
        cells.text("");
        cells.empty();
        cells.known_number(7U);
    });
    CHECK(row == ",,,,,7\n");
}

TEST_CASE("the dialect decides delimiter, line end and time style") {
    CHECK(sample_row({}) == "1234567,1.5,1970-01-01T00:00:01.500000000Z,\"a;b,c\",\n");
    CHECK(sample_row({.delimiter = ';', .crlf = true}) ==
          "1234567;1.5;1970-01-01T00:00:01.500000000Z;\"a;b,c\";\r\n");
    CHECK(sample_row({.delimiter = '\t', .time = TimeStyle::kEpoch}) ==
          "1234567\t1.5\t1.500000000\ta;b,c\t\n");
}

TEST_CASE("text cells are guarded and quoted") {
    struct Case {
        const char* text;
        const char* expected;
    };
    const Case cases[] = {
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {" blank at the ends ", "\" blank at the ends \""},
        {"=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@x", "'@x"},
        {"=A1,B2", "\"'=A1,B2\""},
        {"\t=1", R"('\t=1)"},
        {"\r=1", R"('\r=1)"},
        {"\n=1", R"('\n=1)"},
        {"\uFF1D1+1", "'\uFF1D1+1"},
        {"two\nlines", R"(two\nlines)"},
    };
    for (const Case& c : cases) CHECK(text_cell(c.text, ',') == c.expected);
}

TEST_CASE("numbers and times do not depend on the locale") {
    const std::string expected = sample_row({});
    // Both locales of the process, the C one where the system has it.
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new GermanNumbers));
    std::setlocale(LC_ALL, "de_DE.UTF-8");
    const std::string row = sample_row({});
    std::locale::global(before);
    std::setlocale(LC_ALL, "C");
    CHECK(row == expected);
}

TEST_CASE("a row longer than the buffer arrives whole") {
    const std::string huge(3'000'000, 'x');
    const std::string row = row_of({}, [&](Cells& cells) {
        cells.text(huge);
        cells.number(1U);
    });
    CHECK(row == huge + ",1\n");
}

TEST_CASE("many rows arrive whole and in order") {
    std::string expected;
    for (std::uint32_t i = 0; i < 200'000; ++i) expected += std::to_string(i) + ",x\n";
    const std::string written = bytes_written_by([](int descriptor) {
        Output output(descriptor);
        Cells cells(output, {});
        for (std::uint32_t i = 0; i < 200'000; ++i) {
            cells.number(i);
            cells.word("x");
            cells.end_row();
        }
        output.flush();
    });
    CHECK((written == expected));
}

TEST_CASE("a full device is remembered") {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    Output output(full);
    output.append("x");
    CHECK(output.error() == 0);
    output.flush();
    CHECK(output.error() == ENOSPC);
    ::close(full);
}
