#include "report/text/text.h"

#include "support/catch.h"

using namespace deadpeer;
using namespace std::string_literals;

namespace {

struct Case {
    const char* name;
    std::string text;
    std::string expected;
};

}  // namespace

TEST_CASE("text that others chose is made printable") {
    const Case cases[] = {
        {"plain", "trace 1.pcap", "trace 1.pcap"},
        {"empty", "", ""},
        {"well-formed UTF-8 stays", "na\u00efve \u65e5\u672c \U0001F600",
         "na\u00efve \u65e5\u672c \U0001F600"},
        {"backslash stays", R"(C:\new)", R"(C:\new)"},
        {"line ends and tab", "a\tb\nc\rd", R"(a\tb\nc\rd)"},
        {"NUL", "a\0b"s, R"(a\x00b)"},
        {"terminal escape", "\x1b]0;owned\x07", R"(\x1B]0;owned\x07)"},
        {"DEL", "\x7f", R"(\x7F)"},
        {"C1 control", "\u009b31m", R"(\x9B31m)"},
        {"bidi override", "a\u202Egpj.exe", R"(a\u202Egpj.exe)"},
        {"bidi isolate", "\u2066", R"(\u2066)"},
        {"zero-width and BOM", "\u200B\uFEFF=1", R"(\u200B\uFEFF=1)"},
        {"line separator", "\u2028", R"(\u2028)"},
        {"lone continuation byte", "a\x80z", "a\uFFFDz"},
        {"lead byte at the end", "a\xc3", "a\uFFFD"},
        {"overlong slash", "\xc0\xaf", "\uFFFD\uFFFD"},
        {"overlong in three bytes", "\xe0\x80\xaf", "\uFFFD\uFFFD\uFFFD"},
        {"surrogate", "\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
        {"beyond U+10FFFF", "\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        {"largest code point", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
        {"bad byte after lead", "\xe2\x82z", "\uFFFD\uFFFDz"},
        {"0xff", "\xff", "\uFFFD"},
    };
    for (const Case& c : cases) {
        INFO(c.name);
        CHECK(printable(c.text) == c.expected);
    }
}

TEST_CASE("a beginning that a spreadsheet may take for a formula is recognised") {
    for (const std::string text :
         {"=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\uFF1D1", "\uFF0B1", "\uFF0D1", "\uFF20x", "-"}) {
        INFO(text);
        CHECK(begins_like_a_formula(text));
    }
    for (const std::string text : {"", "a=1", " =1", "1-2", "'=1", "\xff=1", "\uFF1E", "(1)"}) {
        INFO(text);
        CHECK_FALSE(begins_like_a_formula(text));
    }
}

TEST_CASE("reports show the base name of an input") {
    CHECK(base_name("trace.pcap") == "trace.pcap");
    CHECK(base_name("/var/log/trace.pcap") == "trace.pcap");
    CHECK(base_name("../a/b") == "b");
    CHECK(base_name("-") == "stdin");
}
