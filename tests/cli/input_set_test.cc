// Several files as one capture: in which order they are read, and what the reports say then.

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "capture/pack.h"
#include "cli/cut_capture.h"
#include "cli/program.h"
#include "cli/reports_of_run.h"
#include "cli/sample_capture.h"
#include "cli/testdata_captures.h"
#include "support/catch.h"

using namespace deadpeer;
namespace fs = std::filesystem;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// As tcpdump -C names them: cap, cap1, cap2, ...
std::vector<std::string> write_cut(const TemporaryFolder& folder, const std::string& capture,
                                   const std::vector<std::size_t>& points) {
    std::vector<std::string> paths;
    for (const std::string& part : cut_capture(content_of(capture), points)) {
        paths.push_back(folder.file("cap" + (paths.empty() ? "" : std::to_string(paths.size()))));
        write_file(paths.back(), part);
    }
    return paths;
}

std::vector<std::size_t> even_points(std::size_t records, std::size_t parts) {
    std::vector<std::size_t> points;
    for (std::size_t i = 1; i < parts; ++i) points.push_back(records * i / parts);
    return points;
}

std::string file_column(const std::string& report) {
    std::string files;
    for (std::size_t at = report.find('\n') + 1; at < report.size(); at = report.find('\n', at) + 1) {
        files += report.substr(at, report.find(',', at) - at) + " ";
    }
    return files;
}

// Three files: the story's handshake, its probe, the answer.
struct Story {
    Story() {
        std::vector<SampleSegment> story = sample_story();
        story.back().second += 1;
        const auto begin = story.begin();
        write_file(folder.file("b"), pcap_of({begin, begin + 3}));
        write_file(folder.file("c"), pcap_of({begin + 3, begin + 4}));
        write_file(folder.file("a"), pcap_of({begin + 4, begin + 5}));
    }
    // The files in the order in which they were read, and what was said of it.
    std::string order(const std::vector<std::string>& arguments) {
        std::vector<std::string> all = {"-o", "-", "--report", "capture"};
        for (const std::string& word : arguments) {
            all.push_back(fs::exists(folder.file(word)) ? folder.file(word) : word);
        }
        finished = run_program(all);
        return file_column(finished.out);
    }

    TemporaryFolder folder;
    Finished finished;
};

}  // namespace

TEST_CASE("a capture cut into files is judged as the whole, in whatever order they are named") {
    const std::string sample = std::string(TESTDATA_FOLDER) + "/sample/capture.pcap";
    const std::string whole = reports_without_frames({sample});
    const TemporaryFolder folder;
    std::vector<std::string> paths = write_cut(folder, sample, even_points(62, 12));
    CHECK(reports_without_frames(paths) == whole);
    CHECK(reports_without_frames({folder.path()}) == whole);
    CHECK(reports_without_frames({folder.file("cap*")}) == whole);
    std::sort(paths.begin(), paths.end());  // as a shell has them
    CHECK(reports_without_frames(paths) == whole);
    std::reverse(paths.begin(), paths.end());
    CHECK(reports_without_frames(paths) == whole);
}

TEST_CASE("a capture cut into files, each compressed, is judged as the whole") {
    using capture::Compression;
    constexpr std::array kKinds = {Compression::kGzip, Compression::kZstd, Compression::kLz4,
                                   Compression::kXz, Compression::kBzip2};
    const std::string sample = std::string(TESTDATA_FOLDER) + "/sample/capture.pcap";
    const TemporaryFolder folder;
    std::size_t next = 0;
    for (const std::string& path : write_cut(folder, sample, even_points(62, 12))) {
        write_file(path, test::pack(kKinds[next++ % kKinds.size()], content_of(path)));
    }
    write_file(folder.file("notes.gz"), test::pack(Compression::kGzip, "no capture"));
    CHECK(reports_without_frames({folder.path()}) == reports_without_frames({sample}));
}

TEST_CASE("compressed damage: what comes before is reported, exit 2") {
    const TemporaryFolder folder;
    const std::string packed = test::pack(capture::Compression::kGzip, pcap_of(sample_story()));
    write_file(folder.file("a.gz"), packed + packed.substr(0, 60));
    const Finished run = run_program({folder.file("a.gz"), "-o", "-", "--report", "capture"});
    CHECK(run.code == 2);
    CHECK(contains(run.out, "\na.gz,\"pcap, gzip\",ETHERNET,"));
    CHECK(contains(run.out, "Z,5,5,270,0,,,0,truncated,"));
    CHECK(contains(run.err, "a.gz is truncated at byte "));
}

TEST_CASE("inputs that overlap are unpacked with half of --memory together; what is beyond is refused") {
    const TemporaryFolder folder;
    for (const char* name : {"a.lz4", "b.lz4"}) {  // each takes 9 MB
        write_file(folder.file(name), test::pack(capture::Compression::kLz4, pcap_of(sample_story())));
    }
    const auto run = [&](std::vector<std::string> options) {
        options.push_back(folder.path());
        return run_program(options);
    };
    const Finished little = run({"--memory", "32M"});
    CHECK(little.code == 2);
    CHECK(contains(little.err,
                   "/b.lz4: its lz4 data need more memory to unpack than the inputs that are read "
                   "at the same time leave of 16 MB; "));
    CHECK(contains(little.out, "5 frames"));
    CHECK(run({"--memory", "40M"}).code == 0);
    CHECK(run({"--memory", "32M", "--order", "given"}).code == 0);
}

TEST_CASE("every capture of testdata, cut anywhere, is judged as the whole") {
    for (const std::string& capture : captures_of_testdata()) {
        const std::size_t records = records_in(content_of(capture));
        const std::string whole = reports_without_frames({capture});
        for (const std::size_t parts : {2U, 3U, 5U}) {
            INFO(capture << " in " << parts);
            const TemporaryFolder folder;
            std::vector<std::string> paths = write_cut(folder, capture, even_points(records, parts));
            std::rotate(paths.begin(), paths.begin() + 1, paths.end());
            // There time goes back in every tenth frame, at a cut, too: only names tell the order.
            if (capture.ends_with("labels/time.pcap")) paths.insert(paths.end(), {"--order", "name"});
            CHECK(reports_without_frames(paths) == whole);
        }
    }
}

TEST_CASE("a probe two hours and two files later belongs to the connection of the first file") {
    std::vector<SampleSegment> story = sample_story();
    story[3].second = story[4].second = 7200;
    std::vector<SampleSegment> other = sample_story(41000);
    for (SampleSegment& segment : other) segment.second += 3600;
    const TemporaryFolder folder;
    write_file(folder.file("1"), pcap_of({story.begin(), story.begin() + 3}));
    write_file(folder.file("2"), pcap_of(other));
    write_file(folder.file("3"), pcap_of({story.begin() + 3, story.end()}));
    const Finished run = run_program(
        {folder.file("3"), folder.file("1"), folder.file("2"), "-q", "-o", "-", "--report", "segments"});
    CHECK(contains(run.out, "\n3,1,"));
    CHECK(contains(run.out, ",keep_alive,keepalive_probe,1,7200,2,"));
}

TEST_CASE("inputs are read in the order of their first time stamps, and that is said") {
    Story story;
    CHECK(story.order({"b", "c", "a"}) == "b c a ");
    CHECK(story.finished.err.find("order") == std::string::npos);
    CHECK(story.order({"a", "b", "c"}) == "b c a ");
    CHECK(contains(story.finished.err, "in the order of their first time stamps, not as given: b, c, a "));
    CHECK(story.order({"a", "b", "c", "--order", "time"}) == "b c a ");
    CHECK(story.order({"c", "b", "a", "--order", "name"}) == "a b c ");
    CHECK(story.order({"c", "a", "b", "--order", "given"}) == "c a b ");
    CHECK(contains(story.finished.err, "b begins before "));
    CHECK(story.order({"c", "a", "b", "--order", "size"}).empty());
    CHECK(contains(story.finished.err, "--order: 'size' is not one of time, name, given"));
    CHECK(run_program({"-q", story.folder.file("a"), story.folder.file("b")}).err.empty());
}

TEST_CASE("what has no time stamps keeps its place") {
    Story story;
    write_file(story.folder.file("empty"), "");
    write_file(story.folder.file("header"), pcap_header());
    write_file(story.folder.file("text"), "no capture");
    CHECK(story.order({"a", "empty", "header", "b", "missing", "c", "text"}) ==
          "b empty header c missing a text ");
    CHECK(story.finished.code == 2);
    // It parts nothing: what overlaps across it is merged.
    std::vector<SampleSegment> longer = sample_story();
    longer.back().second += 10;
    write_file(story.folder.file("d"), pcap_of(longer));
    CHECK(story.order({"c", "text", "d"}) == "d text c ");
    CHECK(contains(story.finished.err, "their frames are read in the order of time"));
}

TEST_CASE("a file that is cut short or damaged has its place by its first frame") {
    Story story;
    const std::string c = content_of(story.folder.file("c"));
    write_file(story.folder.file("c"), c + "cut");
    CHECK(story.order({"a", "c", "b"}) == "b c a ");
    CHECK(story.finished.code == 2);
    CHECK(contains(story.finished.err, "c is truncated at byte "));
    write_file(story.folder.file("c"), c.substr(0, 30));  // before its time stamp is whole
    CHECK(story.order({"a", "c", "b"}) == "b c a ");
}

TEST_CASE("a pipe keeps its place, and nothing of it is lost to a look") {
    Story story;
    const std::string fifo = story.folder.file("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const int writer = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
    const std::string bytes = content_of(story.folder.file("c"));
    REQUIRE(::write(writer, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    Program program({"-o", "-", "--report", "capture", story.folder.file("a"), fifo, story.folder.file("b")});
    int waiting = 1;
    for (int i = 0; waiting > 0 && i < 30'000; ++i) {
        ::usleep(1000);
        ::ioctl(writer, FIONREAD, &waiting);
    }
    ::close(writer);
    const Finished run = program.wait();
    CHECK(file_column(run.out) == "b fifo a ");
    CHECK(contains(run.out, "\nfifo,pcap,ETHERNET,2023-11-14T22:13:30.250000000Z,"));
    CHECK(contains(run.err, "fifo keeps its place"));
}

TEST_CASE("files that overlap in time are merged frame by frame, and that is said") {
    std::vector<SampleSegment> even;
    std::vector<SampleSegment> odd;
    const std::vector<SampleSegment> story = sample_story();
    for (std::size_t i = 0; i < story.size(); ++i) (i % 2 == 0 ? even : odd).push_back(story[i]);
    even.back().second = odd.back().second + 1;  // so that nobody has to guess
    std::vector<SampleSegment> both = story;
    both.back().second = even.back().second;
    const TemporaryFolder folder;
    write_file(folder.file("whole"), pcap_of(both));
    // One direction each, as a tap gives them.
    std::vector<SampleSegment> ways[2];
    for (const SampleSegment& segment : both) ways[segment.from_initiator ? 0 : 1].push_back(segment);
    write_file(folder.file("from"), pcap_of(ways[0]));
    write_file(folder.file("to"), pcap_of(ways[1]));
    CHECK(reports_without_frames({folder.file("from"), folder.file("to")}) ==
          reports_without_frames({folder.file("whole")}));
    const Finished run = run_program({folder.file("from"), folder.file("to")});
    CHECK(contains(run.err, "to begins before " + folder.file("from") + " ends"));
    // -c counts frames of all files in the order of time.
    const Finished some =
        run_program({folder.file("from"), folder.file("to"), "-c", "4", "-o", "-", "--report", "capture"});
    CHECK(contains(some.out,
                   "from,pcap,ETHERNET,2023-11-14T22:13:20.250000000Z,2023-11-14T22:13:30.250000000Z,3,3,"));
    CHECK(contains(some.out,
                   "to,pcap,ETHERNET,2023-11-14T22:13:20.250000000Z,2023-11-14T22:13:20.250000000Z,1,1,"));
}

TEST_CASE("a file that is named twice, or linked, is read once, and that is said") {
    Story story;
    fs::create_hard_link(story.folder.file("b"), story.folder.file("hard"));
    fs::create_symlink(story.folder.file("b"), story.folder.file("soft"));
    CHECK(story.order({"b", "b", "hard", "soft", "c"}) == "b c ");
    const std::string b = story.folder.file("b");
    CHECK(contains(story.finished.err, b + " is the same file as " + b + " (and 2 more): it is read once"));
    CHECK(story.finished.code == 0);
}

TEST_CASE("a folder is the captures in it") {
    Story story;
    write_file(story.folder.file("notes.txt"), "no capture");
    write_file(story.folder.file("empty"), "");
    fs::create_directory(story.folder.file("below"));
    write_file(story.folder.file("below/d"), pcap_of(sample_story()));
    CHECK(story.order({story.folder.path()}) == "b c a ");
    CHECK(story.finished.code == 0);
    CHECK(contains(story.finished.err, "passed over, as no captures: empty, notes.txt\n"));
    CHECK(contains(story.finished.err, "not looked into, as they are folders in a folder: below\n"));
    CHECK(contains(story.finished.err, "not as given: b, c, a (--order"));
    // What is a capture and cannot be read is not passed over.
    write_file(story.folder.file("snoop"), std::string("snoop\0\0\0", 8) + std::string(60, '\0'));
    story.order({story.folder.path()});
    CHECK(story.finished.code == 2);
    CHECK(contains(story.finished.err, "snoop is a snoop capture"));
}

TEST_CASE("a folder without captures: exit 3, said even with -q") {
    const TemporaryFolder folder;
    Finished run = run_program({"-q", folder.path()});
    CHECK(run.code == 3);
    CHECK(contains(run.err, "is a folder without files"));
    write_file(folder.file("notes.txt"), "no capture");
    run = run_program({"-q", folder.path()});
    CHECK(run.code == 3);
    CHECK(contains(run.err, "notes.txt"));
}

namespace {

// That many stories, one a file, each so many seconds after the one before.
std::vector<std::string> write_stories(const TemporaryFolder& folder, unsigned count, unsigned apart) {
    ::chmod(folder.path().c_str(), 0755);  // root gives up its rights before the last ones are opened
    std::vector<std::string> names;
    for (unsigned i = 0; i < count; ++i) {
        std::vector<SampleSegment> story = sample_story(static_cast<std::uint16_t>(40000 + i));
        for (SampleSegment& segment : story) segment.second += apart * i;
        names.push_back(std::to_string(1000 - i));
        write_file(folder.file(names.back()), pcap_of(story));
    }
    return names;
}

void allow_80_descriptors() {
    const rlimit few = {80, 80};
    ::setrlimit(RLIMIT_NOFILE, &few);
    // Root would raise it again.
    if (::geteuid() == 0 && ::prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE) != 0) ::_exit(126);
}

}  // namespace

TEST_CASE("more inputs than descriptors: all are read, in the order of time") {
    const TemporaryFolder folder;
    std::string expected;
    for (const std::string& name : write_stories(folder, 100, 100)) expected += name + " ";
    const Finished run = run_program({"-o", "-", "--report", "capture", folder.path()}, allow_80_descriptors);
    CHECK(run.code == 0);
    CHECK(file_column(run.out) == expected);
}

TEST_CASE("more inputs at one time than descriptors: all are read") {
    const TemporaryFolder folder;
    write_stories(folder, 200, 0);
    const Finished run = run_program({folder.path()}, allow_80_descriptors);
    CHECK(run.code == 0);
    CHECK(contains(run.out, "200 inputs: 1,000 frames"));
}
