#include "slim/zstd_output.h"

#include <zstd.h>

#include <new>
#include <string_view>

namespace deadpeer {
namespace {

// A block of zstd's: where a block ends may depend on how much is given at once.
constexpr std::size_t kPiece = std::size_t{128} << 10;

}  // namespace

ZstdOutput::ZstdOutput(Output& output, int level)
    : output_(output), context_(::ZSTD_createCCtx(), &::ZSTD_freeCCtx) {
    if (context_ == nullptr) throw std::bad_alloc();
    ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}

ZstdOutput::~ZstdOutput() = default;

void ZstdOutput::compress_whole_pieces() {
    std::size_t done = 0;
    for (; waiting_.size() - done >= kPiece; done += kPiece) compress(done, false);
    waiting_.erase(0, done);
}

void ZstdOutput::finish() {
    compress_whole_pieces();
    compress(0, true);
    waiting_.clear();
}

// A piece from that place on, or all that is left.
void ZstdOutput::compress(std::size_t from, bool last) {
    const std::string_view piece = std::string_view(waiting_).substr(from, last ? std::string::npos : kPiece);
    ZSTD_inBuffer in = {piece.data(), piece.size(), 0};
    const ZSTD_EndDirective how = last ? ZSTD_e_end : ZSTD_e_continue;
    for (std::size_t left = 1; left != 0 || in.pos < in.size;) {
        const std::size_t room = ::ZSTD_CStreamOutSize();
        char* const to = output_.reserve(room);
        ZSTD_outBuffer out = {to, room, 0};
        left = ::ZSTD_compressStream2(context_.get(), &out, &in, how);
        // Nothing else can go wrong with parameters that are valid.
        if (::ZSTD_isError(left) != 0) throw std::bad_alloc();
        output_.commit(to + out.pos);
        output_.end_row();
        written_ += out.pos;
        if (!last) left = 0;
    }
}

}  // namespace deadpeer
