#include "correlate/lost_together.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace deadpeer {
namespace {

// A connection that ended so long before is not there any more.
constexpr Nanoseconds kEndedBefore = 120 * kSecond;

}  // namespace

void LostTogether::note(const Loss& loss) {
    if (!losses_.empty() && losses_.back() == loss) return;  // the RST was repeated
    if (losses_.size() == kMaxKept) {
        const auto middle = losses_.begin() + kMaxKept / 2;
        std::ranges::nth_element(losses_, middle, {}, &Loss::reset);
        for (auto each = losses_.begin(); each != middle; ++each) {
            const auto peer = peers_.find(each->peer);
            if (--peer->second.count == 0) peers_.erase(peer);
        }
        losses_.erase(losses_.begin(), middle);
    }
    losses_.push_back(loss);
    peers_[loss.peer].add(loss.reset);
    losses_are_new_ = true;
}

void LostTogether::note_gone(const Lived& lived) {
    if (lived.from == kNoTime) return;
    const auto known = peers_.find(lived.peer);
    if (known == peers_.end()) return;
    if (lived.answer != Answer::kNone && lived.from > known->second.first &&
        lived.from - known->second.last <= kSince) {
        if (answers_.size() == kMaxAnswers)
            answers_.erase(answers_.begin(), answers_.begin() + kMaxAnswers / 2);
        answers_.push_back(lived);
    }
    if (lived.to == kNoTime || lived.from >= known->second.last || lived.to <= known->second.first) return;
    if (gone_.size() == kMaxGone) {
        const auto middle = gone_.begin() + kMaxGone / 2;
        std::ranges::nth_element(gone_, middle, {}, &Lived::to);
        gone_until_ = std::max(gone_until_, middle->to);
        gone_.erase(gone_.begin(), middle);
    }
    gone_.push_back(lived);
}

void LostTogether::prepare(const Announced& announced) {
    asked_.clear();
    if (std::exchange(losses_are_new_, false)) {
        find_moments(announced);
    } else {
        for (OfPeer& each : moments_) each.forget_lived();
    }
    for (const Lived& lived : gone_) compare(lived);
    for (const Lived& lived : answers_) compare_answer(lived);
}

// All of one moment were heard before the first of them was lost.
void LostTogether::find_moments(const Announced& announced) {
    std::ranges::stable_sort(losses_, [](const Loss& one, const Loss& other) {
        return std::tie(one.peer, one.reset, one.host, one.first_time) <
               std::tie(other.peer, other.reset, other.host, other.first_time);
    });
    losses_.erase(std::unique(losses_.begin(), losses_.end()), losses_.end());
    peers_.clear();
    moments_.clear();
    OfPeer candidate;
    for (const Loss& loss : losses_) {
        peers_[loss.peer].add(loss.reset);
        if (!loss.counts || announced(loss.host, loss.heard, loss.reset)) continue;
        LostMoment& moment = candidate.moment;
        const bool same = candidate.lost > 0 && candidate.peer == loss.peer &&
                          loss.reset - moment.to <= kAtOnce && loss.heard < moment.to;
        if (!same) {
            close(std::exchange(candidate, {}));
            candidate.peer = loss.peer;
            candidate.shortest = loss.reset - loss.heard;
            moment = {loss.heard, loss.reset, 0};
        }
        candidate.shortest = std::min(candidate.shortest, loss.reset - loss.heard);
        moment.from = std::max(moment.from, loss.heard);
        candidate.hosts.push_back(loss.host);
        candidate.macs.push_back(loss.mac);
        candidate.services.push_back({loss.host, loss.port, loss.ttl});
        ++candidate.lost;
    }
    close(std::move(candidate));
    refute_repeated();
    leave_out_frequent();
}

// What happens to the same hosts again and again, and never but after silence, is an idle timeout.
void LostTogether::refute_repeated() {
    constexpr Nanoseconds kIdle = 30 * kSecond;
    for (std::size_t i = 1; i < moments_.size(); ++i) {
        OfPeer& one = moments_[i - 1];
        OfPeer& other = moments_[i];
        if (one.peer != other.peer || std::min(one.shortest, other.shortest) < kIdle) continue;
        const bool same = std::ranges::any_of(
            other.hosts, [&](const IpAddress& host) { return std::ranges::binary_search(one.hosts, host); });
        if (same) one.repeated = other.repeated = true;
    }
}

// No middlebox restarts so often.
void LostTogether::leave_out_frequent() {
    std::map<IpAddress, std::size_t> of_peer;
    for (const OfPeer& each : moments_) ++of_peer[each.peer];
    std::erase_if(moments_, [&](const OfPeer& each) { return of_peer[each.peer] > kMaxLooked; });
}

void LostTogether::close(OfPeer&& candidate) {
    std::ranges::sort(candidate.hosts);
    candidate.hosts.erase(std::unique(candidate.hosts.begin(), candidate.hosts.end()), candidate.hosts.end());
    if (candidate.hosts.size() < kFewestHosts) return;
    if (candidate.are_on_link()) return;
    candidate.moment.hosts = static_cast<std::uint32_t>(candidate.hosts.size());
    moments_.push_back(std::move(candidate));
}

// Each host sent its RSTs itself, by a link-layer address of its own: no middlebox lies before them.
bool LostTogether::OfPeer::are_on_link() {
    std::ranges::sort(macs);
    macs.erase(std::unique(macs.begin(), macs.end()), macs.end());
    return macs.front() != 0 && macs.size() >= hosts.size();
}

// The peer's first moment that ends after that time.
std::size_t LostTogether::first_after(const IpAddress& peer, Nanoseconds time) const {
    const auto first = std::ranges::upper_bound(moments_, std::tie(peer, time), {}, [](const OfPeer& each) {
        return std::tie(each.peer, each.moment.to);
    });
    return static_cast<std::size_t>(first - moments_.begin());
}

// The first that came after the host's last word: it was lost then, whenever the peer noticed.
std::size_t LostTogether::place_of(const Loss& loss) const {
    const std::size_t first = first_after(loss.peer, loss.heard);
    const bool part = loss.counts && first < moments_.size() && moments_[first].peer == loss.peer &&
                      moments_[first].moment.to <= loss.reset;
    return part ? first : moments_.size();
}

void LostTogether::ask_about(const Loss& loss) {
    if (asked_.size() == kMaxAsked && !asked_.contains(loss.peer)) return;
    Asked& asked = asked_.try_emplace(loss.peer, Asked{loss.host, loss.reset, {}, {}}).first->second;
    asked.reset = std::min(asked.reset, loss.reset);
    const std::size_t place = place_of(loss);
    const bool fresh = std::ranges::find(asked.moments, place) == asked.moments.end();
    if (place < moments_.size() && fresh) asked.moments.push_back(place);
}

std::vector<IpAddress> LostTogether::peers_asked() const {
    std::vector<IpAddress> peers;
    for (const auto& [peer, asked] : asked_) {
        if (wants_more(peer)) peers.push_back(peer);
    }
    return peers;
}

void LostTogether::add_lived(const Lived& lived) {
    if (const auto known = asked_.find(lived.peer); known != asked_.end()) {
        Asked& asked = known->second;
        ++asked.looked;
        const bool waits = lived.open && lived.to <= asked.reset && lived.host != asked.host &&
                           asked.others.size() + 1 < kFewestHosts;
        if (waits && std::ranges::find(asked.others, lived.host) == asked.others.end())
            asked.others.push_back(lived.host);
    }
    compare(lived);
    compare_answer(lived);
}

void LostTogether::compare(const Lived& lived) {
    if (lived.from == kNoTime || moments_.empty()) return;
    const std::size_t first = first_after(lived.peer, lived.from);
    for (std::size_t i = first; i < std::min(first + kMaxLooked, moments_.size()); ++i) {
        OfPeer& each = moments_[i];
        if (each.peer != lived.peer) return;
        each.add(lived);
    }
}

void LostTogether::OfPeer::add(const Lived& lived) {
    if (moment.from <= lived.from) return;  // opened after it, perhaps
    if (moment.to < lived.to) {
        ++outlived;
        if (std::ranges::binary_search(hosts, lived.host)) refuted = true;
    } else if (lived.open || (lived.last != kNoTime && moment.from - lived.last < kEndedBefore)) {
        ++others;
    }
}

// What was opened after a moment.
void LostTogether::compare_answer(const Lived& lived) {
    if (lived.answer == Answer::kNone || lived.from == kNoTime) return;
    const std::size_t next = first_after(lived.peer, lived.from);
    if (next > 0 && moments_[next - 1].peer == lived.peer) moments_[next - 1].add_answer(lived);
}

// Of the ports that had served the peer. A host that refuses it by itself does so with its own TTL.
void LostTogether::OfPeer::add_answer(const Lived& lived) {
    if (lived.from - moment.to > kSince) return;
    const bool accepted = lived.answer == Answer::kAccepted;
    const auto same = std::ranges::find_if(services, [&](const Service& each) {
        return each.host == lived.host && each.port == lived.port && (accepted || each.ttl == lived.ttl);
    });
    if (same == services.end()) return;
    if (accepted) {
        accepts = true;
    } else if (std::ranges::find(refusing, lived.host) == refusing.end()) {
        refusing.push_back(lived.host);
    }
}

void LostTogether::OfPeer::forget_lived() {
    outlived = others = 0;
    refuted = accepts = false;
    refusing.clear();
}

bool LostTogether::wants_more(const IpAddress& peer) const {
    const auto known = asked_.find(peer);
    if (known == asked_.end()) return false;
    const Asked& asked = known->second;
    std::size_t most = most_looked(0);
    bool open = asked.moments.empty() && asked.others.size() + 1 < kFewestHosts;
    for (const std::size_t place : asked.moments) {
        most = std::max(most, most_looked(moments_[place].lost));
        open = open || moments_[place].stands();
    }
    return open && asked.looked < most;
}

void LostTogether::give_up(const IpAddress& peer) {
    if (const auto known = asked_.find(peer); known != asked_.end()) known->second.given_up = true;
}

bool LostTogether::is_awaited(const IpAddress& peer) const {
    const auto known = asked_.find(peer);
    if (known == asked_.end()) return false;
    const Asked& asked = known->second;
    return asked.others.size() + 1 >= kFewestHosts || asked.given_up;
}

std::optional<LostMoment> LostTogether::moment_of(const Loss& loss) const {
    const std::size_t place = place_of(loss);
    const auto known = asked_.find(loss.peer);
    if (place == moments_.size() || known == asked_.end() || known->second.given_up) return std::nullopt;
    const OfPeer& found = moments_[place];
    if (!found.stands() || found.moment.to < gone_until_) return std::nullopt;
    LostMoment moment = found.moment;
    moment.refused_since = !found.accepts && found.refusing.size() >= kFewestRefusing;
    return moment;
}

bool LostTogether::is_refuted(const Loss& loss) const {
    const std::size_t place = place_of(loss);
    return place < moments_.size() && moments_[place].refuted;
}

}  // namespace deadpeer
