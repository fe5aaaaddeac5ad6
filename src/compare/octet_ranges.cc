#include "compare/octet_ranges.h"

#include <algorithm>
#include <cstdlib>

#include "core/seq.h"

namespace deadpeer::comparing {
namespace {

// A range on a line, where numbers do not begin anew.
struct Stretch {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    Nanoseconds time = 0;
    std::uint32_t place = 0;
};

std::vector<Stretch> on_a_line(const std::vector<OctetRange>& ranges, std::uint32_t origin) {
    std::vector<Stretch> line;
    line.reserve(ranges.size());
    std::int64_t last = 0;
    Seq last_seq(origin);
    for (const OctetRange& range : ranges) {
        last += last_seq.distance_to(Seq(range.seq));
        last_seq = Seq(range.seq);
        line.push_back({last, last + range.length, range.time, range.place});
    }
    std::ranges::sort(line, {}, &Stretch::begin);
    return line;
}

class Cover {
public:
    Cover(const std::vector<Stretch>& there, Nanoseconds tolerance) : there_(there), tolerance_(tolerance) {
        for (const Stretch& each : there) longest_ = std::max(longest_, each.end - each.begin);
    }

    void look_for(const Stretch& here, std::vector<std::pair<std::uint32_t, std::uint32_t>>& whole,
                  std::vector<MissingOctets>& part) const {
        std::int64_t to = here.begin;
        std::int64_t missing_from = -1;
        std::int64_t missing_to = -1;
        bool any = false;
        std::uint32_t one = 0;
        auto other = std::ranges::lower_bound(there_, here.begin - longest_, {}, &Stretch::begin);
        for (; other != there_.end() && other->begin < here.end && to < here.end; ++other) {
            if (other->end <= to || std::abs(other->time - here.time) > tolerance_) continue;
            if (other->begin > to && missing_from < 0) {
                missing_from = to - here.begin;
                missing_to = other->begin - here.begin;
            }
            any = true;
            to = other->end;
            one = other->place;
        }
        if (!any) return;
        if (to < here.end && missing_from < 0) {
            missing_from = to - here.begin;
            missing_to = here.end - here.begin;
        }
        if (missing_from < 0) {
            whole.emplace_back(here.place, one);
        } else {
            part.push_back({here.place, static_cast<std::uint32_t>(missing_from),
                            static_cast<std::uint32_t>(missing_to - missing_from)});
        }
    }

private:
    const std::vector<Stretch>& there_;
    Nanoseconds tolerance_;
    std::int64_t longest_ = 0;
};

}  // namespace

OctetPairs pair_ranges(const std::vector<OctetRange>& at_a, const std::vector<OctetRange>& at_b,
                       Nanoseconds tolerance) {
    if (at_a.empty() || at_b.empty()) return {};
    const std::vector<Stretch> line_a = on_a_line(at_a, at_a.front().seq);
    const std::vector<Stretch> line_b = on_a_line(at_b, at_a.front().seq);
    OctetPairs found;
    const Cover at_b_cover(line_b, tolerance);
    for (const Stretch& each : line_a) at_b_cover.look_for(each, found.whole_at_a, found.part_at_a);
    const Cover at_a_cover(line_a, tolerance);
    for (const Stretch& each : line_b) at_a_cover.look_for(each, found.whole_at_b, found.part_at_b);
    return found;
}

}  // namespace deadpeer::comparing
