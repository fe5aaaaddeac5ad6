// --names as the user meets it: names that a capture holds stand wherever those of the inventory do.

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "capture/capture_bytes.h"
#include "capture/reading.h"
#include "cli/parsed.h"
#include "cli/program.h"
#include "cli/tables.h"
#include "support/catch.h"

using namespace deadpeer;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string name_record(std::string address, const std::string& name) {
    const std::string value = std::move(address) + name + '\0';
    return test::Bytes().u16(1).u16(static_cast<std::uint32_t>(value.size())).add(value).pad_to_4().text();
}

// A capture of testdata as pcapng; the names stand behind all packets, as a program writes that resolves.
std::string with_names(const std::string& story, const std::string& records) {
    const auto reading = test::read_path(std::string(TESTDATA_FOLDER) + "/" + story + "/capture.pcap");
    REQUIRE(reading.error.empty());
    std::string file = test::section() + test::interface();
    for (std::size_t i = 0; i < reading.data.size(); ++i)
        file += test::packet(0, static_cast<std::uint64_t>(reading.times[i] / 1000), reading.data[i]);
    return file + test::block(4, records);
}

// 10.2.0.2:9000 dies, and 10.1.0.2 notices.
struct Story {
    Story() {
        const std::string server = {10, 2, 0, 2};
        const std::string client = {10, 1, 0, 2};
        write_file(capture, with_names("peer_crashed",
                                       name_record(server, "=db \"1\"\x1b") + name_record(client, "web")));
    }
    [[nodiscard]] Finished run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), capture);
        return run_program(arguments);
    }
    [[nodiscard]] std::string report(const std::string& name, std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"-q", "-o", "-", "--report", name});
        const Finished finished = run(arguments);
        CHECK(finished.code == 0);
        CHECK(finished.err.empty());
        return finished.out;
    }

    TemporaryFolder folder;
    std::string capture = folder.file("named.pcapng");
};

constexpr const char* kDatabase = "\"'=db \"\"1\"\"\\x1B\"";

}  // namespace

TEST_CASE("--names: a capture's names stand in the reports, guarded; without it nowhere") {
    const Story story;
    for (const char* report : {"flows", "events", "hosts", "incidents"}) {
        INFO(report);
        const std::string named = story.report(report, {"--names"});
        CHECK_THAT(named, ContainsSubstring(kDatabase));
        CHECK_THAT(named, ContainsSubstring("web"));
        for (const std::string& plain : {story.report(report, {}), story.report(report, {"-nn"})}) {
            CHECK_THAT(plain, !ContainsSubstring("db "));
            CHECK_THAT(plain, !ContainsSubstring("web"));
        }
    }
}

TEST_CASE("--names: the summary and the page name the hosts, escaped") {
    const Story story;
    const std::string page = story.folder.file("page.html");
    const Finished run = story.run({"--names", "--html", page});
    CHECK(run.code == 0);
    CHECK_THAT(run.out, ContainsSubstring("10.2.0.2:9000 (=db \"1\"\\x1B) stopped responding; "
                                          "10.1.0.2:40001 (web) gave up "));
    CHECK_THAT(content_of(page), ContainsSubstring("(web)"));
    CHECK_THAT(content_of(page), !ContainsSubstring("\x1b"));
}

TEST_CASE("--names: the same names whoever reads the file, and an inventory's count more") {
    const Story story;
    CHECK(story.report("hosts", {"--names", "--threads", "2"}) == story.report("hosts", {"--names"}));
    write_file(story.folder.file("hosts.csv"), "address,name\n10.2.0.0/16,ours\n");
    const std::string both =
        story.report("hosts", {"--names", "--inventory", story.folder.file("hosts.csv")});
    CHECK_THAT(both, ContainsSubstring("10.2.0.2,ours,"));
    CHECK_THAT(both, ContainsSubstring("10.1.0.2,web,"));
}

TEST_CASE("--names: /etc/hosts is looked into, and only then") {
    CHECK_FALSE(settings_of({"x.pcap"}).tables.names);
    CHECK_FALSE(settings_of({"x.pcap", "-n"}).tables.names);
    cli::TableFiles files = settings_of({"x.pcap", "--names"}).tables;
    CHECK(files.names);
    CHECK(files.hosts == "/etc/hosts");
    const TemporaryFolder folder;
    write_file(folder.file("hosts"), "10.2.0.2 from-the-file\n");
    files.hosts = folder.file("hosts");
    const auto tables = cli::load_tables(files);
    REQUIRE(tables.ok());
    IpAddress host;
    host.bytes = {10, 2, 0, 2};
    REQUIRE(tables.value().inventory.name_of(host) != nullptr);
    CHECK(*tables.value().inventory.name_of(host) == "from-the-file");
    cli::name_listener(tables.value())(host, "from-a-capture");
    CHECK(*tables.value().inventory.name_of(host) == "from-a-capture");
}

TEST_CASE("--names: the machine's own file is read, before the sandbox closes", "[root]") {
    const TemporaryFolder folder;
    const std::string hosts = folder.file("hosts");
    write_file(hosts, "10.1.0.2 web.example alias\n");
    const std::string capture = std::string(TESTDATA_FOLDER) + "/peer_crashed/capture.pcap";
    // In a place where it is /etc/hosts.
    const Finished run = run_program({capture, "--names", "-q", "-o", "-", "--report", "hosts"}, [&hosts] {
        const bool done = ::unshare(CLONE_NEWNS) == 0 &&
                          ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                          ::mount(hosts.c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr) == 0;
        if (!done) ::_exit(99);
    });
    REQUIRE(run.code == 0);
    CHECK_THAT(run.out, ContainsSubstring("\n10.1.0.2,web.example,"));
    CHECK_THAT(run.out, ContainsSubstring("\n10.2.0.2,,"));
}

TEST_CASE("--names and -n contradict each other") {
    CHECK(mistake_in({"x.pcap", "-n", "--names"}) == "-n means no names, contrary to --names; choose one");
    CHECK(mistake_in({"-i", "lo", "-n", "--names"}) == "-n means no names, contrary to --names; choose one");
}
