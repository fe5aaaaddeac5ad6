#include "analyzer/scans.h"

#include <utility>

#include "detect/between.h"

namespace deadpeer {
namespace {

// Longer than a live capture takes to tell a SYN that nobody answers, so that it ends no scan.
constexpr Nanoseconds kPause = 600 * kSecond;
// Live: how long the next tries are waited for. No event may come later.
constexpr Nanoseconds kWithheld = kSecond;

// Who sends SYNs as a raw socket does to as many targets scans them.
constexpr std::uint32_t kFewestByRawSocket = 5;
// As many ports are tried by no application, as many hosts on the same port by few.
constexpr std::uint32_t kFewestPorts = 32;
constexpr std::uint32_t kFewestHosts = 64;
constexpr std::uint32_t kSamePorts = 3;

// An application that opens a connection in advance keeps it for longer.
constexpr Nanoseconds kSoon = 10 * kSecond;

constexpr std::size_t kMostHosts = 4096;
constexpr std::size_t kMostWithheld = 64;
constexpr std::size_t kNodeBytes = 48;

Endpoint scanned(const Connection& connection) {
    return connection.key.receiver(connection.initiator);
}

// As of nmap, masscan and hping: a small round window that is not scaled. Its latest segment is the SYN.
bool looks_handmade(const Connection& connection) {
    const HalfStream& initiator = connection.tcp.forward(connection.initiator);
    return initiator.window_scale == kScaleNotUsed && initiator.window % 512 == 0 && initiator.window > 0 &&
           initiator.window <= 4096;
}

// As an application tries: it is told at once, too.
bool is_refused_connect(const Connection& connection, const Judgement& judgement) {
    return judgement.reason == Reason::kConnectionRefused && !looks_handmade(connection);
}

}  // namespace

bool Scans::is_try(const Connection& connection, const Judgement& judgement) {
    if (connection.first_time == kNoTime || !connection.syn_seen) return false;
    switch (judgement.verdict) {
        case Verdict::kScan:
            return true;
        case Verdict::kNoAnswer:
            return judgement.reason == Reason::kNoAnswer;
        case Verdict::kPeerReset:
            return judgement.reason == Reason::kConnectionRefused;
        case Verdict::kUnknown:
            return judgement.reason == Reason::kOneWay && is_unanswered_syn(connection);
        default:
            return false;
    }
}

// Who closes first has the last word.
bool Scans::is_empty(const Connection& connection, const Judgement& judgement) {
    const bool by_fin = judgement.verdict == Verdict::kClosed && connection.fin_seen == 3;
    const bool by_reset = judgement.verdict == Verdict::kPeerReset && judgement.reason == Reason::kAborted;
    const bool whole = connection.syn_seen && connection.syn_ack_seen && connection.first_time != kNoTime;
    if (!whole || !(by_fin || by_reset) || connection.last_sender != connection.initiator) return false;
    const bool silent = connection.sent[0].payload_bytes == 0 && connection.sent[1].payload_bytes == 0;
    const Nanoseconds lasted = between(connection.first_time, connection.last_time());
    return silent && lasted != kNoTime && lasted <= kSoon;
}

void Scans::Ports::add(std::uint16_t port) {
    if (all_.empty()) {
        const auto end = few_.begin() + count_;
        if (std::find(few_.begin(), end, port) != end) return;
        if (count_ < few_.size()) {
            few_.at(count_++) = port;
            return;
        }
        all_.resize(std::size_t{UINT16_MAX} + 1);
        for (const std::uint16_t one : few_) all_[one] = true;
    }
    if (all_[port]) return;
    all_[port] = true;
    ++count_;
}

bool Scans::Source::scans() const {
    if (certain) return true;
    const std::uint32_t targets = std::max(ports.count(), scan.hosts);
    if (scan.idle_count > 2 * targets) return false;  // as a monitor does
    if (by_raw_socket) return targets >= kFewestByRawSocket;
    return (ports.count() >= kFewestPorts && ports.count() >= scan.hosts) ||
           (scan.hosts >= kFewestHosts && ports.count() <= kSamePorts &&
            scan.idle_count <= scan.count / 4 * 3);
}

Nanoseconds Scans::Source::due() const {
    return scans() ? last + kPause : std::min(release, last + kPause);
}

std::size_t Scans::Source::bytes() const {
    return sizeof(BySource::value_type) + kNodeBytes + ports.bytes() +
           hosts.size() * (sizeof(IpAddress) + kNodeBytes) + withheld.capacity() * sizeof(Finding);
}

void Scans::count(const Connection& connection, const Judgement& judgement, const Finding* finding,
                  Nanoseconds now, ReportSink& sink) {
    if (bytes_ > most_) forget_earlier(sink);
    const Nanoseconds time = connection.first_time;
    Source& source = source_of(connection, time, sink);
    const std::size_t before = source.scan.count == 0 ? 0 : source.bytes();
    take(source, connection, judgement, time);
    // What was established may yet turn out to be a monitor's.
    if (source.scans() && source.scan.idle_count == 0) {
        source.withheld = {};
    } else if (is_refused_connect(connection, judgement)) {
        if (finding != nullptr) sink.on_finding(*finding);
    } else if (finding != nullptr) {
        withhold(source, *finding, now, sink);
    }
    bytes_ += source.bytes() - before;
    next_due_ = std::min(next_due_, source.due());
}

// After a pause it is another scan.
Scans::Source& Scans::source_of(const Connection& connection, Nanoseconds time, ReportSink& sink) {
    const IpAddress address = connection.key.sender(connection.initiator).address;
    const auto known = sources_.find(address);
    if (known != sources_.end()) {
        Source& source = known->second;
        const bool apart = time - source.last > kPause || source.scan.time - time > kPause;
        if (!apart) return source;
        report(source, sink);
        bytes_ -= source.bytes();
        sources_.erase(known);
    }
    return sources_[address];
}

void Scans::take(Source& source, const Connection& connection, const Judgement& judgement, Nanoseconds time) {
    Finding& scan = source.scan;
    const Endpoint target = scanned(connection);
    const bool first = scan.count == 0;
    const bool established = is_empty(connection, judgement);
    const bool handmade = !established && (judgement.verdict == Verdict::kScan || looks_handmade(connection));
    source.by_raw_socket = handmade && (first || source.by_raw_socket);
    source.certain = source.certain || judgement.verdict == Verdict::kScan;
    source.ports.add(target.port);
    if (source.hosts.size() < kMostHosts) source.hosts.insert(target.address);
    if (first || time < scan.time) {
        scan.time = time;
        scan.file = connection.first.file;
        scan.frame = connection.first.frame;
    }
    source.last = first ? time : std::max(source.last, time);
    scan.kind = EventKind::kScan;
    scan.reason = Reason::kSynScan;
    scan.signs |= judgement.signs & kSignTtlDiffers;
    const bool sure = (scan.signs & kSignTtlDiffers) != 0 || source.by_raw_socket;
    scan.confidence = sure ? Confidence::kHigh : Confidence::kMedium;
    scan.subject = {connection.key.sender(connection.initiator).address, 0};
    if (first) scan.peer = target;
    if (scan.peer.address != target.address) {
        scan.peer = {};
    } else if (scan.peer.port != target.port) {
        scan.peer.port = 0;
    }
    ++scan.count;
    scan.idle_count += established ? 1U : 0U;
    scan.ports = source.ports.count();
    scan.hosts = static_cast<std::uint32_t>(source.hosts.size());
    scan.idle = source.last - scan.time;
    if (scan.file != connection.last.file) return;
    if (judgement.verdict == Verdict::kScan) scan.add_evidence(judgement.frame);
}

void Scans::withhold(Source& source, const Finding& finding, Nanoseconds now, ReportSink& sink) {
    if (source.withheld.empty()) source.release = now + kWithheld;
    source.withheld.push_back(finding);
    if (source.release > now && source.withheld.size() <= kMostWithheld) return;
    for (const Finding& one : std::exchange(source.withheld, {})) sink.on_finding(one);
    source.release = kNever;
}

void Scans::report(const Source& source, ReportSink& sink) {
    if (source.scans()) return sink.on_finding(source.scan);
    for (const Finding& one : source.withheld) sink.on_finding(one);
}

void Scans::report_due(ReportSink& sink, Nanoseconds now) {
    if (now < next_due_) return;
    next_due_ = kNever;
    for (auto one = sources_.begin(); one != sources_.end();) {
        Source& source = one->second;
        if (source.due() > now) {
            next_due_ = std::min(next_due_, source.due());
            ++one;
            continue;
        }
        bytes_ -= source.bytes();
        report(source, sink);
        source.withheld = {};
        source.release = kNever;
        const bool over = source.scans() || source.last + kPause <= now;
        if (!over) {
            bytes_ += source.bytes();
            next_due_ = std::min(next_due_, source.due());
        }
        one = over ? sources_.erase(one) : std::next(one);
    }
}

void Scans::forget_earlier(ReportSink& sink) {
    std::vector<Nanoseconds> times;
    times.reserve(sources_.size());
    for (const auto& [address, source] : sources_) times.push_back(source.last);
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    for (auto one = sources_.begin(); one != sources_.end();) {
        if (one->second.last > *middle) {
            ++one;
            continue;
        }
        bytes_ -= one->second.bytes();
        report(one->second, sink);
        one = sources_.erase(one);
    }
}

}  // namespace deadpeer
