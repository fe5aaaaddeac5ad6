#include "capture/file/compressed_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace deadpeer::capture {
namespace {

// Zeros and empty frames reach such a ratio, time stamps that go up never do. What is unpacked to less than
// this much does no harm.
constexpr std::uint64_t kLargestRatio = 1000;
constexpr std::uint64_t kHarmless = std::uint64_t{16} << 20;

}  // namespace

ByteSource::More CompressedSource::more() {
    // Members without content yield nothing, however many follow each other.
    constexpr unsigned kStepsBetweenQuestions = 256;
    for (unsigned steps = 1; !ended_; ++steps) {
        if (steps % kStepsBetweenQuestions == 0 && keep_waiting_ && !keep_waiting_()) return More::kIdle;
        const std::uint64_t before = taken_;
        if (in_member_ ? unpack() : begin_member()) return More::kMore;
        if (ended_ || at_packed_end_ || taken_ != before) continue;
        const More more = packed_->more();
        if (more == More::kIdle) return more;
        at_packed_end_ = more == More::kEnd;
    }
    return More::kEnd;
}

bool CompressedSource::unpack() {
    // So that memory behind is let go, and a file that is cut short meanwhile is noticed.
    constexpr std::size_t kAtOnce = std::size_t{256} << 10;
    if (!fits(buffer_.next_capacity())) {
        end_too_large();
        return false;
    }
    const auto in = packed_->bytes();
    std::span<std::uint8_t> out = buffer_.room();
    if (made_ < kHarmless) out = out.first(std::min<std::size_t>(out.size(), kHarmless - made_));
    const DecompressionStep step = decompressor_->step(in.first(std::min(in.size(), kAtOnce)), out);
    if (packed_->lost_from() != nullptr) {
        end(packed_->fault(), false);
        return false;
    }
    take(step.taken);
    buffer_.add(step.made);
    made_ += step.made;
    if (step.too_large || !fits(buffer_.capacity())) {
        end_too_large();
    } else if (!step.fault.empty()) {
        end(fmt::format("its {} data cannot be unpacked from compressed byte {} on: {}; copy it anew, or see "
                        "what \"{} -t\" says",
                        name(kind_), taken_, step.fault, name(kind_)),
            true);
    } else if (made_ >= kHarmless && made_ / kLargestRatio > taken_at_first()) {
        end(fmt::format("its {} data unpack to {} times their size, as no capture does; if it is one all the "
                        "same, unpack it first",
                        name(kind_), made_ / std::max(taken_at_first(), std::uint64_t{1})),
            true);
    } else if (step.at_end) {
        in_member_ = false;
    } else if (step.taken == 0 && step.made == 0 && at_packed_end_) {
        const std::string why = packed_->fault();
        end(why.empty()
                ? fmt::format(
                      "its {} data end early, after {} compressed bytes, as those of an incomplete copy do",
                      name(kind_), taken_)
                : why,
            false);
    }
    return step.made > 0;
}

bool CompressedSource::begin_member() {
    const auto in = packed_->bytes();
    const auto zeros = std::ranges::find_if(in, [](std::uint8_t byte) { return byte != 0; }) - in.begin();
    if (zeros > 0) {
        take(static_cast<std::size_t>(zeros));
    } else if (in.empty() && at_packed_end_) {
        end(packed_->fault(), false);
    } else if (const auto next = compression_of(in)) {
        if (decompressor_ == nullptr || kind_ != *next) decompressor_ = make_decompressor(*next);
        kind_ = *next;
        return begin_unpacking();
    } else if (in.size() >= kCompressionMagicBytes || at_packed_end_) {
        end(fmt::format("after its {} data, at compressed byte {}, there is something else", name(kind_),
                        taken_),
            true);
    }
    return false;
}

bool CompressedSource::begin_unpacking() {
    if (!fits(buffer_.capacity())) {
        end_too_large();
        return false;
    }
    decompressor_->begin(memory_.limit() - buffer_.capacity());
    in_member_ = true;
    return unpack();
}

void CompressedSource::end_too_large() {
    const std::size_t megabytes = memory_.most() >> 20;
    end(memory_.is_shared()
            ? fmt::format(
                  "its {} data need more memory to unpack than the inputs that are read at the same time "
                  "leave of {} MB; give --memory a larger size, or read one input after the other "
                  "(--order given)",
                  name(kind_), megabytes)
            : fmt::format(
                  "its {0} data need more than {1} MB of memory to unpack; give --memory a larger size, or "
                  "unpack them first, as with \"{0} -dc {2}FILE | deadpeer -\"",
                  name(kind_), megabytes, kind_ == Compression::kZstd ? "--long=31 " : ""),
        true);
}

void CompressedSource::end(std::string fault, bool damaged) {
    ended_ = true;
    fault_ = std::move(fault);
    damaged_ = damaged;
}

void CompressedSource::take(std::size_t count) {
    packed_->consume(count);
    taken_ += count;
}

}  // namespace deadpeer::capture
