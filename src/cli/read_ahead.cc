#include "cli/read_ahead.h"

#include <signal.h>

#include <algorithm>
#include <cstring>
#include <system_error>

namespace deadpeer::cli {
namespace {

// Below that the thread is hardly begun when all is read.
constexpr std::uint64_t kWorthAThread = std::uint64_t{1} << 20;

// Blocks all but those that a fault of the thread itself raises.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        for (const int fault : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
            ::sigdelset(&all, fault);
        }
        ::pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_ = {};
};

// Copies the frames' bytes, so that they are there when the source reads on.
void keep_bytes(FrameBatch& frames, std::vector<std::uint8_t>& bytes) {
    std::size_t size = 0;
    for (const FrameView& frame : frames.view()) size += frame.captured_length;
    bytes.resize(size);
    std::uint8_t* out = bytes.data();
    for (FrameView& frame : std::span(frames.frames).first(frames.count)) {
        if (frame.captured_length > 0) std::memcpy(out, frame.data, frame.captured_length);
        frame.data = out;
        out += frame.captured_length;
    }
}

}  // namespace

ReadAhead::ReadAhead(StoppableSource source, const Analyzer* analyzer)
    : source_(std::move(source)), analyzer_(analyzer) {
    const std::optional<std::uint64_t> size = source_.stats().bytes_total;
    if (!size || *size < kWorthAThread) analyzer_ = nullptr;
    if (analyzer_ != nullptr) start();
    if (batches_.empty()) batches_.push_back(std::make_unique<Batch>());
}

ReadAhead::~ReadAhead() {
    end();
}

// Where no thread can be had the frames are read when they are asked for.
void ReadAhead::start() {
    for (std::size_t i = 0; i < kBatches; ++i) batches_.push_back(std::make_unique<Batch>());
    const SignalsBlocked blocked;
    try {
        thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
        analyzer_ = nullptr;
        batches_.clear();
    }
}

void ReadAhead::end() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    room_.notify_one();
    thread_.join();
}

// When all batches are full it waits until half of them are free, so that the two seldom wake each other.
void ReadAhead::run() {
    while (true) {
        Batch& next = batch(read_);
        fill(next);
        const bool last = next.status != ReadStatus::kFrames || next.failure != nullptr;
        std::unique_lock lock(mutex_);
        ++read_;
        filled_.notify_one();
        if (last) return;
        if (read_ - free_ == batches_.size())
            room_.wait(lock, [&] { return ended_ || read_ - free_ <= batches_.size() / 2; });
        if (ended_) return;
    }
}

void ReadAhead::fill(Batch& batch) {
    try {
        batch.status = source_.next(batch.frames);
        batch.stats = source_.stats();
        if (analyzer_ == nullptr) return;
        if (!source_.frames_stay()) keep_bytes(batch.frames, batch.bytes);
        analyzer_->decode(batch.frames.view(), batch.content);
        batch.decoded = true;
    } catch (...) {
        if (analyzer_ == nullptr) throw;
        batch.failure = std::current_exception();
    }
}

const ReadAhead::Batch& ReadAhead::next() {
    if (analyzer_ == nullptr) {
        fill(*batches_.front());
        return *batches_.front();
    }
    std::unique_lock lock(mutex_);
    free_ = taken_;
    if (read_ - free_ <= batches_.size() / 2) room_.notify_one();
    filled_.wait(lock, [&] { return read_ > taken_; });
    const Batch& next = batch(taken_++);
    lock.unlock();
    if (next.status != ReadStatus::kFrames || next.failure != nullptr) end();
    if (next.failure != nullptr) std::rethrow_exception(next.failure);
    return next;
}

}  // namespace deadpeer::cli
