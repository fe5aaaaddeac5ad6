#include "capture/open.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "capture/file/byte_stream.h"
#include "capture/file/classic_parser.h"
#include "capture/file/compressed_source.h"
#include "capture/file/decompressor.h"
#include "capture/file/file_source.h"
#include "capture/file/file_type.h"
#include "capture/file/mapped_file.h"
#include "capture/file/pcapng_parser.h"
#include "capture/file/slim_source.h"

namespace deadpeer {
namespace {

using namespace capture;

using Opened = Result<std::unique_ptr<PacketSource>>;

// What open_capture gives back when the caller gave up before the first bytes came.
class EmptySource final : public PacketSource {
public:
    ReadStatus next(FrameBatch& batch) override {
        batch.clear();
        return ReadStatus::kEnd;
    }
    const SourceStats& stats() const override { return stats_; }
    const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    std::string format() const override { return "nothing received"; }
    std::string status_detail() const override { return ""; }

private:
    SourceStats stats_;
    std::vector<InterfaceInfo> interfaces_;
};

std::string display_name(const std::string& path) {
    return path == "-" ? "standard input" : path;
}

Error cannot_open(const std::string& path, int error) {
    const char* advice = error == EMFILE ? "; raise the limit (ulimit -n), or join files with mergecap" : "";
    return Error{fmt::format("cannot open {}: {}{}", display_name(path),
                             std::generic_category().message(error), advice)};
}

Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path, const OpenOptions& options) {
    const Result<int> opened = options.descriptor ? *options.descriptor : open_input(path);
    if (!opened) return opened.error();
    const bool standard_input = path == "-";
    const int descriptor = opened.value();
    struct stat info = {};
    const int stat_error = ::fstat(descriptor, &info) != 0 ? errno : 0;
    if (stat_error != 0 || S_ISDIR(info.st_mode)) {
        if (!standard_input) ::close(descriptor);
        return cannot_open(path, stat_error != 0 ? stat_error : EISDIR);
    }
    const bool from_start = !standard_input || ::lseek(descriptor, 0, SEEK_CUR) == 0;
    if (S_ISREG(info.st_mode) && info.st_size > 0 && from_start) {
        auto mapped = MappedFile::map(descriptor, static_cast<std::size_t>(info.st_size));
        if (mapped) {
            if (!standard_input) ::close(descriptor);
            return std::unique_ptr<ByteSource>(std::move(mapped));
        }
    }
    return std::unique_ptr<ByteSource>(std::make_unique<ByteStream>(
        descriptor, !standard_input, options.wait ? options.wait : patiently(options.keep_waiting)));
}

// No more than needed is waited for: a live capture may take its time after the file header.
std::size_t bytes_to_open(std::span<const std::uint8_t> so_far) {
    if (so_far.size() < 4) return 4;
    switch (file_type(so_far)) {
        case FileType::kClassic:
            return ClassicHeader::kBytes;
        case FileType::kPcapng:
            return so_far.size() < kSectionHeaderBytes ? kSectionHeaderBytes : slim_bytes_to_open(so_far);
        case FileType::kOther:
            break;
    }
    return kSniffBytes;
}

Opened open_classic(const std::string& name, std::unique_ptr<ByteSource> bytes, const OpenOptions& options) {
    if (bytes->bytes().size() < ClassicHeader::kBytes) {
        return Error{
            fmt::format("{} ends inside the pcap file header ({} of {} bytes); was it copied completely?",
                        name, bytes->bytes().size(), ClassicHeader::kBytes)};
    }
    const auto header = ClassicHeader::read(bytes->bytes().first<ClassicHeader::kBytes>());
    if (!header) return Error{fmt::format("{} {}", name, header.error().message)};
    FrameFilter filter = options.filter;
    const Status usable = filter.check(header.value().link_type);
    if (!usable) return usable.error();
    bytes->consume(ClassicHeader::kBytes);
    return std::unique_ptr<PacketSource>(
        std::make_unique<FileSource>(std::move(bytes), make_classic_parser(header.value()), std::move(filter),
                                     ClassicHeader::kBytes, options.keep_waiting));
}

Opened open_pcapng(const std::string& name, std::unique_ptr<ByteSource> bytes, const OpenOptions& options) {
    const auto usable = check_first_section(bytes->bytes());
    if (!usable) return Error{fmt::format("{} {}", name, usable.error().message)};
    FrameFilter filter = options.filter;
    const Status fits = filter.check(kNoLinkType);
    if (!fits) return fits.error();
    const bool slim = begins_slim(bytes->bytes());
    auto original = slim_beginning_of(bytes->bytes());
    if (slim && !original) {
        return Error{fmt::format(
            "{} is a slim file that does not tell of what capture: damaged, or made by a later deadpeer",
            name)};
    }
    auto source = std::make_unique<FileSource>(std::move(bytes), make_pcapng_parser(options.on_name),
                                               std::move(filter), 0, options.keep_waiting);
    if (!slim) return std::unique_ptr<PacketSource>(std::move(source));
    return std::unique_ptr<PacketSource>(
        std::make_unique<SlimSource>(std::move(source), *std::move(original)));
}

// Until that many bytes are there, or no more come.
ByteSource::More fill(ByteSource& bytes, std::size_t (*needed)(std::span<const std::uint8_t>)) {
    ByteSource::More more = ByteSource::More::kMore;
    while (bytes.bytes().size() < needed(bytes.bytes()) && more == ByteSource::More::kMore) {
        more = bytes.more();
    }
    return more;
}

// As much of the input as opening it takes, unpacked; null if the caller gave up before that came.
Result<std::unique_ptr<ByteSource>> read_beginning(const std::string& path, const OpenOptions& options) {
    auto opened = open_bytes(path, options);
    if (!opened) return opened;
    std::unique_ptr<ByteSource>& bytes = opened.value();
    ByteSource::More more = fill(*bytes, [](auto) { return kCompressionMagicBytes; });
    // A web server may have compressed what was compressed.
    for (int layers = 0; layers < 2; ++layers) {
        const auto compression = compression_of(bytes->bytes());
        if (!compression) break;
        bytes = std::make_unique<CompressedSource>(std::move(bytes), *compression, options.keep_waiting,
                                                   options.unpacking);
        more = fill(*bytes, [](auto) { return kCompressionMagicBytes; });
    }
    if (more != ByteSource::More::kIdle) more = fill(*bytes, bytes_to_open);
    if (more == ByteSource::More::kIdle) return std::unique_ptr<ByteSource>();
    if (bytes->bytes().size() < bytes_to_open(bytes->bytes()) && !bytes->fault().empty()) {
        return Error{fmt::format("cannot read {}: {}", display_name(path), bytes->fault())};
    }
    return opened;
}

std::span<const std::uint8_t> first_bytes(const ByteSource& bytes) {
    return bytes.bytes().first(std::min(bytes.bytes().size(), kSniffBytes));
}

}  // namespace

Result<int> open_input(const std::string& path) {
    if (path == "-") return STDIN_FILENO;
    // Opening a FIFO would wait for its writer, where nobody could end the waiting.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) return cannot_open(path, errno);
    return descriptor;
}

Opened open_capture(const std::string& path) {
    return open_capture(path, {});
}

Opened open_capture(const std::string& path, const OpenOptions& options) {
    const std::string name = display_name(path);
    auto beginning = read_beginning(path, options);
    if (!beginning) return beginning.error();
    std::unique_ptr<ByteSource>& bytes = beginning.value();
    if (bytes == nullptr) return std::unique_ptr<PacketSource>(std::make_unique<EmptySource>());
    switch (file_type(bytes->bytes())) {
        case FileType::kClassic:
            return open_classic(name, std::move(bytes), options);
        case FileType::kPcapng:
            return open_pcapng(name, std::move(bytes), options);
        case FileType::kOther:
            break;
    }
    return Error{refusal(name, path == "-" ? "FILE" : path, first_bytes(*bytes))};
}

const SlimBeginning* original_of(const PacketSource& source) {
    const auto* const slim = dynamic_cast<const SlimSource*>(&source);
    return slim != nullptr ? &slim->original() : nullptr;
}

bool holds_no_capture(const std::string& path, const OpenOptions& options) {
    const auto beginning = read_beginning(path, options);
    if (!beginning || beginning.value() == nullptr) return false;
    return is_no_capture(first_bytes(*beginning.value()));
}

}  // namespace deadpeer
