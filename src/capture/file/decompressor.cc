#include "capture/file/decompressor.h"

#include <bzlib.h>
#include <fmt/format.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <bit>
#include <new>

#include "capture/live/load.h"

namespace deadpeer::capture {
namespace {

using namespace std::string_view_literals;
using Step = DecompressionStep;

// zlib and bzip2 count in 32 bits.
unsigned clamped(std::size_t size) {
    return static_cast<unsigned>(std::min<std::size_t>(size, std::size_t{1} << 30));
}

class Gzip final : public Decompressor {
public:
    Gzip() {
        constexpr int kWithGzipHeader = 16;
        if (::inflateInit2(&stream_, MAX_WBITS + kWithGzipHeader) != Z_OK) throw std::bad_alloc();
    }
    ~Gzip() override { ::inflateEnd(&stream_); }
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    Step step(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) override {
        const unsigned in_size = clamped(in.size());
        const unsigned out_size = clamped(out.size());
        stream_.next_in = const_cast<Bytef*>(in.data());
        stream_.avail_in = in_size;
        stream_.next_out = out.data();
        stream_.avail_out = out_size;
        const int code = ::inflate(&stream_, Z_NO_FLUSH);
        Step step = {in_size - stream_.avail_in, out_size - stream_.avail_out, code == Z_STREAM_END};
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
            step.fault = stream_.msg == nullptr ? "unknown fault" : stream_.msg;
        }
        return step;
    }
    void begin(std::size_t) override { ::inflateReset(&stream_); }
    [[nodiscard]] std::size_t memory() const override { return std::size_t{48} << 10; }

private:
    z_stream stream_ = {};
};

class Zstd final : public Decompressor {
public:
    Zstd() : context_(::ZSTD_createDCtx(), &::ZSTD_freeDCtx) {
        if (!context_) throw std::bad_alloc();
    }

    void begin(std::size_t most) override {
        constexpr std::size_t kBesideWindow = std::size_t{640} << 10;
        const std::size_t window = most - std::min(most, kBesideWindow);
        const ZSTD_bounds logs = ::ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
        const int log =
            std::clamp(static_cast<int>(std::bit_width(window)) - 1, logs.lowerBound, logs.upperBound);
        ::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, log);
    }

    Step step(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) override {
        ZSTD_inBuffer from = {in.data(), in.size(), 0};
        ZSTD_outBuffer to = {out.data(), out.size(), 0};
        const std::size_t code = ::ZSTD_decompressStream(context_.get(), &to, &from);
        Step step = {from.pos, to.pos, code == 0};
        if (::ZSTD_isError(code) == 0) return step;
        step.fault = ::ZSTD_getErrorName(code);
        step.too_large = ::ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge;
        return step;
    }
    [[nodiscard]] std::size_t memory() const override { return ::ZSTD_sizeof_DCtx(context_.get()); }

private:
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
};

class Lz4 final : public Decompressor {
public:
    Lz4() {
        if (::LZ4F_isError(::LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)) != 0) {
            throw std::bad_alloc();
        }
    }
    ~Lz4() override { ::LZ4F_freeDecompressionContext(context_); }
    Lz4(const Lz4&) = delete;
    Lz4& operator=(const Lz4&) = delete;

    Step step(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) override {
        std::size_t taken = in.size();
        std::size_t made = out.size();
        const std::size_t code = ::LZ4F_decompress(context_, out.data(), &made, in.data(), &taken, nullptr);
        if (::LZ4F_isError(code) != 0) return {0, 0, false, ::LZ4F_getErrorName(code)};
        return {taken, made, code == 0};
    }
    void begin(std::size_t) override {}  // it does so by itself
    // Two of the largest blocks.
    [[nodiscard]] std::size_t memory() const override { return std::size_t{17} << 19; }

private:
    LZ4F_dctx* context_ = nullptr;
};

class Xz final : public Decompressor {
public:
    Xz() = default;
    ~Xz() override { ::lzma_end(&stream_); }
    Xz(const Xz&) = delete;
    Xz& operator=(const Xz&) = delete;

    Step step(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) override {
        stream_.next_in = in.data();
        stream_.avail_in = in.size();
        stream_.next_out = out.data();
        stream_.avail_out = out.size();
        const lzma_ret code = ::lzma_code(&stream_, LZMA_RUN);
        Step step = {in.size() - stream_.avail_in, out.size() - stream_.avail_out, code == LZMA_STREAM_END};
        step.too_large = code == LZMA_MEMLIMIT_ERROR;
        if (code != LZMA_OK && code != LZMA_STREAM_END && code != LZMA_BUF_ERROR) {
            step.fault = fmt::format("liblzma's error {}", static_cast<int>(code));
        }
        return step;
    }
    void begin(std::size_t most) override {  // in the memory that it has
        if (::lzma_stream_decoder(&stream_, most, 0) != LZMA_OK) throw std::bad_alloc();
    }
    [[nodiscard]] std::size_t memory() const override { return ::lzma_memusage(&stream_); }

private:
    lzma_stream stream_ = LZMA_STREAM_INIT;
};

class Bzip2 final : public Decompressor {
public:
    Bzip2() = default;
    ~Bzip2() override { ::BZ2_bzDecompressEnd(&stream_); }
    Bzip2(const Bzip2&) = delete;
    Bzip2& operator=(const Bzip2&) = delete;

    Step step(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) override {
        const unsigned in_size = clamped(in.size());
        const unsigned out_size = clamped(out.size());
        stream_.next_in = const_cast<char*>(reinterpret_cast<const char*>(in.data()));
        stream_.avail_in = in_size;
        stream_.next_out = reinterpret_cast<char*>(out.data());
        stream_.avail_out = out_size;
        const int code = ::BZ2_bzDecompress(&stream_);
        Step step = {in_size - stream_.avail_in, out_size - stream_.avail_out, code == BZ_STREAM_END};
        if (code < 0) step.fault = fmt::format("libbz2's error {}", code);
        return step;
    }
    void begin(std::size_t) override {
        ::BZ2_bzDecompressEnd(&stream_);  // of one that never began, too
        if (::BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
    }
    [[nodiscard]] std::size_t memory() const override { return 3'700'000; }

private:
    bz_stream stream_ = {};
};

constexpr std::array kNames = {"gzip"sv, "zstd"sv, "lz4"sv, "xz"sv, "bzip2"sv};

}  // namespace

std::optional<Compression> compression_of(std::span<const std::uint8_t> beginning) {
    constexpr std::uint32_t kZstd = 0xFD2FB528;
    constexpr std::uint32_t kSkippable = 0x184D2A50;  // and 15 more; a frame of zstd's and of lz4's
    constexpr std::uint32_t kLz4 = 0x184D2204;
    constexpr std::uint32_t kXz = 0x587A37FD;
    if (beginning.size() < kCompressionMagicBytes) return std::nullopt;
    if (beginning[0] == 0x1F && beginning[1] == 0x8B && beginning[2] == 8) return Compression::kGzip;
    if (beginning[0] == 'B' && beginning[1] == 'Z' && beginning[2] == 'h') return Compression::kBzip2;
    const std::uint32_t magic = load32<false>(beginning.data());
    if (magic == kZstd || (magic & ~0xFU) == kSkippable) return Compression::kZstd;
    if (magic == kLz4) return Compression::kLz4;
    return magic == kXz ? std::optional(Compression::kXz) : std::nullopt;
}

std::string_view name(Compression compression) {
    return kNames[static_cast<std::size_t>(compression)];
}

std::unique_ptr<Decompressor> make_decompressor(Compression compression) {
    switch (compression) {
        case Compression::kGzip:
            return std::make_unique<Gzip>();
        case Compression::kZstd:
            return std::make_unique<Zstd>();
        case Compression::kLz4:
            return std::make_unique<Lz4>();
        case Compression::kXz:
            return std::make_unique<Xz>();
        case Compression::kBzip2:
            break;
    }
    return std::make_unique<Bzip2>();
}

}  // namespace deadpeer::capture
