// The parser reads what RFC 4180 lets a cell hold, and says where it cannot.
#include "core/csv_reader.h"

#include <string>

#include "support/catch.h"

namespace {

using Reader = io::CSVReader<2, io::trim_chars<>, io::double_quote_escape<',', '"'>>;

}  // namespace

TEST_CASE("quoted cells keep commas and quotes") {
    const std::string text = "name,value\n\"a, b\",\"say \"\"hi\"\"\"\n,\n";
    Reader reader("memory", text.data(), text.data() + text.size());
    reader.read_header(io::ignore_no_column, "name", "value");
    std::string name;
    std::string value;
    REQUIRE(reader.read_row(name, value));
    CHECK(name == "a, b");
    CHECK(value == "say \"hi\"");
    REQUIRE(reader.read_row(name, value));
    CHECK(name.empty());
    CHECK(value.empty());
    CHECK_FALSE(reader.read_row(name, value));
}

TEST_CASE("a row with too many cells is an error that names its line") {
    const std::string text = "name,value\n1,2\n1,2,3\n";
    Reader reader("memory", text.data(), text.data() + text.size());
    reader.read_header(io::ignore_no_column, "name", "value");
    std::string name;
    std::string value;
    REQUIRE(reader.read_row(name, value));
    CHECK_THROWS_AS(reader.read_row(name, value), io::error::too_many_columns);
}
