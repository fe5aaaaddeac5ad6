// What a sheet has no room for is told. The cells are compared with the CSV's in tests/cli/formats.py.
#include "report/formats/workbook.h"

#include <filesystem>
#include <fstream>

#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;

TEST_CASE("rows beyond the room of a sheet are counted, by report") {
    const TemporaryFolder folder;
    const std::string file = folder.path().string() + "/x.xlsx";
    const auto book = open_workbook(folder.path().string(), file, "shown.xlsx", 3);
    const auto hosts = book->add(Report::kHosts, {}, {{"host", CellType::kText, ""}});
    const auto flows = book->add(Report::kFlows, {}, {{"stream", CellType::kInteger, ""}});
    for (unsigned i = 0; i < 5; ++i) {
        hosts->cells().text("=1+1");
        hosts->cells().end_row();
        hosts->row_written();
    }
    for (unsigned i = 0; i < 2; ++i) {
        flows->cells().number(i);
        flows->cells().end_row();
        flows->row_written();
    }
    book->finish();
    CHECK(book->status());
    CHECK(book->left_out() ==
          "shown.xlsx lacks 3 rows of hosts: a sheet has no room for them; --format csv or sqlite has");
    CHECK(std::filesystem::file_size(file) > 1000);
}

TEST_CASE("a workbook that cannot be written says why, and takes no row") {
    const auto book = open_workbook("/nonexistent", "/nonexistent/x.xlsx", "shown.xlsx");
    const auto hosts = book->add(Report::kHosts, {}, {{"host", CellType::kText, ""}});
    hosts->cells().text("a");
    hosts->cells().end_row();
    hosts->row_written();
    book->finish();
    REQUIRE_FALSE(book->status());
    CHECK(book->status().error().message.starts_with("Cannot write shown.xlsx: "));
}
