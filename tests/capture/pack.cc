#include "pack.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

namespace deadpeer::test {
namespace {

void must(bool done) {
    if (!done) throw std::runtime_error("compression failed");
}

std::size_t gzip(std::string& out, const std::string& bytes) {
    z_stream stream = {};
    must(::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) ==
         Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    must(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
    ::deflateEnd(&stream);
    return stream.total_out;
}

std::size_t zstd(std::string& out, const std::string& bytes) {
    const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(::ZSTD_createCCtx(),
                                                                          ::ZSTD_freeCCtx);
    ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    const std::size_t size =
        ::ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
    must(::ZSTD_isError(size) == 0);
    return size;
}

std::size_t lz4(std::string& out, const std::string& bytes) {
    LZ4F_preferences_t preferences = {};
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    const std::size_t size =
        ::LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), &preferences);
    must(::LZ4F_isError(size) == 0);
    return size;
}

std::size_t xz(std::string& out, const std::string& bytes) {
    std::size_t size = 0;
    must(::lzma_easy_buffer_encode(
             1, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
             reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()) == LZMA_OK);
    return size;
}

std::size_t bzip2(std::string& out, const std::string& bytes) {
    auto size = static_cast<unsigned>(out.size());
    must(::BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(bytes.data()),
                                    static_cast<unsigned>(bytes.size()), 1, 0, 0) == BZ_OK);
    return size;
}

}  // namespace

std::string pack(capture::Compression with, const std::string& bytes) {
    constexpr decltype(&gzip) kPackers[] = {gzip, zstd, lz4, xz, bzip2};
    std::string out(bytes.size() + bytes.size() / 10 + 70'000, '\0');
    out.resize(kPackers[static_cast<std::size_t>(with)](out, bytes));
    return out;
}

}  // namespace deadpeer::test
