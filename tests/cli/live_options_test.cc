// The options of a live capture: what they mean, and which do not go together.

#include "cli/live/rotation.h"
#include "cli/parsed.h"
#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::cli;

TEST_CASE("-i alone: the defaults of a live capture") {
    const Settings settings = settings_of({"-i", "eth0"});
    REQUIRE(settings.live.has_value());
    const LiveSettings& live = *settings.live;
    CHECK(live.capture.interfaces == std::vector<std::string>{"eth0"});
    CHECK(live.capture.filter.empty());
    CHECK(live.capture.snap_length == 256);
    CHECK(live.capture.buffer_bytes == std::size_t{16} << 20);
    CHECK(live.capture.promiscuous);
    CHECK_FALSE(live.capture.wait_for_interface);
    CHECK(live.interval == 60 * kSecond);
    CHECK(live.rotate.every == 0);
    CHECK(live.rotate.bytes == 0);
    CHECK(live.print);  // there is nothing else to see
    CHECK(settings.sandbox);
    CHECK_FALSE(settings_of({"x.pcap"}).live.has_value());
}

TEST_CASE("the buffer is a sixteenth of the memory, at most 16 MB") {
    const auto buffer = [](const char* memory) {
        return settings_of({"-i", "eth0", "--memory", memory}).live->capture.buffer_bytes;
    };
    CHECK(buffer("1GB") == std::size_t{16} << 20);
    CHECK(buffer("255MB") == (std::size_t{255} << 20) / 16);
    CHECK(buffer("1MB") == std::size_t{1} << 20);
}

TEST_CASE("every option of a live capture reaches the settings") {
    const Settings settings = settings_of({"-i",
                                           "eth0",
                                           "-i",
                                           "eth1",
                                           "-f",
                                           "tcp port 1",
                                           "-p",
                                           "-s",
                                           "0",
                                           "-y",
                                           "RAW",
                                           "-o",
                                           "d",
                                           "--rotate",
                                           "2h",
                                           "--keep",
                                           "3",
                                           "--interval",
                                           "1.5",
                                           "-c",
                                           "7",
                                           "-Z",
                                           "daemon",
                                           "--metrics",
                                           "m.prom",
                                           "--print",
                                           "--time-stamp-type",
                                           "adapter",
                                           "--buffer-size",
                                           "2MB",
                                           "--wait-for-interface"});
    REQUIRE(settings.live.has_value());
    const LiveSettings& live = *settings.live;
    CHECK(live.capture.interfaces == std::vector<std::string>{"eth0", "eth1"});
    CHECK(live.capture.filter == "tcp port 1");
    CHECK_FALSE(live.capture.promiscuous);
    CHECK(live.capture.snap_length == 0);
    CHECK(live.capture.link_type == "RAW");
    CHECK(live.capture.time_stamp_type == "adapter");
    CHECK(live.capture.buffer_bytes == std::size_t{2} << 20);
    CHECK(live.capture.wait_for_interface);
    CHECK(live.interval == 1500 * kMillisecond);
    CHECK(live.rotate.every == 2 * 3600 * kSecond);
    CHECK(live.keep == 3);
    CHECK(live.metrics == "m.prom");
    CHECK(live.print);
    CHECK(live.user == "daemon");
    CHECK(settings.frame_limit == 7U);
    CHECK(settings.output == "d");
}

TEST_CASE("--print is on without -o only") {
    CHECK_FALSE(settings_of({"-i", "eth0", "-o", "d"}).live->print);
    CHECK_FALSE(settings_of({"-i", "eth0", "-o", "-", "--report", "events"}).live->print);
    CHECK(settings_of({"-i", "eth0", "-o", "d", "--print"}).live->print);
}

TEST_CASE("--no-sandbox is for files and interfaces") {
    CHECK_FALSE(settings_of({"-i", "eth0", "--no-sandbox"}).sandbox);
    CHECK_FALSE(settings_of({"x", "--no-sandbox"}).sandbox);
}

TEST_CASE("options that do not go together") {
    struct Case {
        std::vector<const char*> words;
        const char* sentence;
    };
    const Case cases[] = {
        {{"x", "-i", "eth0"}, "read files or capture with -i, not both at once; a filter goes after -f"},
        {{"-i", "eth0", "-i", "eth0"}, "-i names eth0 twice"},
        {{"-i", "any", "-i", "eth0"}, "-i any captures from every interface; name no other beside it"},
        {{"-i", ""}, "-i is given but empty"},
        {{"-i", "eth0", "-s", "95"},
         "-s must be 0, for whole frames, or from 96 to 262,144: the TCP header must be in it"},
        {{"-i", "eth0", "-s", "262145"},
         "-s must be 0, for whole frames, or from 96 to 262,144: the TCP header must be in it"},
        {{"-i", "eth0", "--buffer-size", "1023kB"}, "--buffer-size must be from 1MB to 1GB"},
        {{"-i", "eth0", "--buffer-size", "2GB"}, "--buffer-size must be from 1MB to 1GB"},
        {{"-i", "eth0", "--interval", "0.99"}, "--interval must be at least 1"},
        {{"-i", "eth0", "-o", "-"},
         "-o - prints one report: say which with --report flows (or another: --columns)"},
        {{"-i", "eth0", "-o", "-", "--report", "flows"},
         "live, -o - prints events as they happen: --report events; the other reports need a folder"},
        {{"-i", "eth0", "-o", "-", "--report", "events", "--print"},
         "--print and -o - both write to standard output; choose one"},
        {{"-i", "eth0", "--rotate", "1h"}, "--rotate needs a folder of reports: -o DIR"},
        {{"-i", "eth0", "-o", "-", "--report", "events", "--rotate", "1h"},
         "--rotate needs a folder of reports: -o DIR"},
        {{"-i", "eth0", "--keep", "2"}, "--keep needs a folder of reports: -o DIR"},
        {{"-i", "eth0", "-o", "d", "--rotate", "1h", "--keep", "0"},
         "--keep must be at least 1; without it the reports of all periods stay"},
        {{"-i", "eth0", "--no-sandbox", "-Z", "daemon"},
         "-Z is part of the sandbox, contrary to --no-sandbox"},
        {{"-i", "eth0", "-o", "d", "--rotate", "1m"},
         "--rotate: '1m' is not a time as 30min, 1h or 1d, or a size as 100MB or 2GB"},
    };
    for (const Case& c : cases) {
        INFO(c.sentence);
        CHECK(mistake_in(c.words) == c.sentence);
    }
}

TEST_CASE("what an interface or a pipe that is live can have") {
    const std::vector<const char*> cases[] = {{"--print"},        {"--interval", "5"}, {"--metrics", "m"},
                                              {"--rotate", "1h"}, {"--keep", "1"},     {"-Z", "daemon"}};
    for (std::vector<const char*> words : cases) {
        const std::string option = words.front();
        INFO(option);
        words.insert(words.end(), {"-o", "d", "-"});
        CHECK(settings_of(words).only_live == option);
        CHECK_FALSE(settings_of(words).pipe_is_live.has_value());
        words.push_back("--offline");
        CHECK(mistake_in(words) == option + " contradicts --offline");
        words.back() = "another";
        CHECK(mistake_in(words) == option + " goes with -i, or with one pipe, as -, and no other input");
    }
    CHECK(settings_of({"-", "--live", "--interval", "1.5"}).pipe.interval == 1500 * kMillisecond);
    CHECK(settings_of({"-", "--live"}).pipe_is_live == true);
    CHECK(settings_of({"-", "--live"}).pipe.print);
    CHECK_FALSE(settings_of({"-", "--live", "-o", "d"}).pipe.print);
    CHECK(settings_of({"-", "--offline"}).pipe_is_live == false);
    CHECK(settings_of({"x", "y", "--offline"}).only_live.empty());
    CHECK(mistake_in({"x", "y", "--live"}) ==
          "--live goes with -i, or with one pipe, as -, and no other input");
    CHECK(mistake_in({"-i", "eth0", "--live"}) ==
          "--live and --offline are for a pipe; an interface is live");
    CHECK(mistake_in({"-", "--live", "-o", "-", "--report", "flows"}) ==
          "live, -o - prints events as they happen: --report events; the other reports need a folder");
    CHECK(mistake_in({"-", "--rotate", "1h"}) == "--rotate needs a folder of reports: -o DIR");
}

TEST_CASE("--follow takes one folder, and what a live capture has but for periods and counts") {
    const Settings settings =
        settings_of({"--follow", "d", "-o", "r", "--print", "--interval", "5", "-Z", "daemon"});
    CHECK(settings.follow == "d");
    CHECK(settings.inputs.empty());
    CHECK(settings.pipe.interval == 5 * kSecond);
    CHECK(settings.pipe.print);
    CHECK(settings.pipe.user == "daemon");
    CHECK(settings_of({"--follow", "d", "port", "443"}).filter == "port 443");
    CHECK(mistake_in({"--follow", "d", "x"}) ==
          "--follow takes one folder, and no other input or -i; a filter goes after -f");
    CHECK(mistake_in({"--follow", "d", "-i", "eth0"}) ==
          "--follow takes one folder, and no other input or -i; a filter goes after -f");
    CHECK(mistake_in({"--follow", ""}) == "--follow is given but empty");
    CHECK(mistake_in({"--follow", "d", "--live"}) == "--live and --offline are for a pipe");
    const std::string why =
        " does not go with --follow: a run that is started again tells anew what was told in periods that "
        "are "
        "closed";
    CHECK(mistake_in({"--follow", "d", "-o", "r", "--rotate", "1h"}) == "--rotate" + why);
    CHECK(mistake_in({"--follow", "d", "-o", "r", "--keep", "1"}) == "--keep" + why);
    CHECK(settings_of({"--follow", "d", "--metrics", "m"}).pipe.metrics == "m");
    CHECK(settings_of({"--follow", "d", "-c", "7"}).frame_limit == 7U);
    CHECK(mistake_in({"--follow", "d", "-p"}) == "-p goes with -i");
    CHECK(mistake_in({"--follow", "d", "-o", "-", "--report", "flows"}) ==
          "live, -o - prints events as they happen: --report events; the other reports need a folder");
}

TEST_CASE("what only an interface can have") {
    const std::vector<const char*> cases[] = {{"-p"},
                                              {"-s", "96"},
                                              {"-y", "RAW"},
                                              {"--time-stamp-type", "host"},
                                              {"--buffer-size", "2MB"},
                                              {"--wait-for-interface"}};
    for (std::vector<const char*> words : cases) {
        const std::string option = words.front();
        INFO(option);
        words.push_back("x.pcap");
        CHECK(mistake_in(words) == option + " goes with -i");
    }
}

TEST_CASE("a filter that no link type can have is a mistake in the command line") {
    CHECK(mistake_in({"-i", "eth0", "-f", "no such word"})
              .starts_with("the filter \"no such word\" cannot be used: "));
}

TEST_CASE("a filter that would take hours to compile is a mistake in the command line") {
    const std::string filter = "tcp" + std::string(65'534, ' ');
    CHECK(mistake_in({"-i", "eth0", "-f", filter.c_str()}) ==
          "the filter is longer than 64 KiB, which libpcap may take hours for; name networks "
          "instead of hosts");
}

TEST_CASE("a user that nobody knows is a mistake in the command line") {
    const std::string mistake = mistake_in({"-i", "eth0", "-Z", "nosuchuser"});
    CHECK(mistake.find("nosuchuser") != std::string::npos);
}

TEST_CASE("-i takes one word, so that a file after it is seen") {
    CHECK(mistake_in({"-i", "eth0", "x.pcap"}) ==
          "read files or capture with -i, not both at once; a filter goes after -f");
}

TEST_CASE("when periods end") {
    struct Case {
        const char* word;
        Nanoseconds every;
        std::uint64_t bytes;
    };
    const Case good[] = {{"1s", kSecond, 0},
                         {"30min", 1800 * kSecond, 0},
                         {"1h", 3600 * kSecond, 0},
                         {"7d", 7 * 86400 * kSecond, 0},
                         {"500kB", 0, 500 << 10},
                         {"100MB", 0, 100 << 20},
                         {"10000GB", 0, std::uint64_t{10000} << 30}};
    for (const Case& c : good) {
        INFO(c.word);
        const auto rotation = parse_rotation(c.word);
        REQUIRE(rotation.has_value());
        CHECK(rotation->every == c.every);
        CHECK(rotation->bytes == c.bytes);
    }
    for (const char* word : {"", "1", "h", "0h", "-1h", "1.5h", "10001h", "1m", "1M", "1mb", "1 h", "1h ",
                             "1hh", "99999999999h"}) {
        INFO(word);
        CHECK_FALSE(parse_rotation(word).has_value());
    }
}
