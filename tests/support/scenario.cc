#include "support/scenario.h"

#include <algorithm>
#include <functional>
#include <map>
#include <stdexcept>

#include <fmt/core.h>

#include "deadpeer/segment.h"
#include "support/scenario_packet.h"
#include "support/scenario_words.h"

namespace deadpeer::test {
namespace {

class Parser {
public:
    Scenario parse(std::string_view text) {
        while (!text.empty()) {
            const std::string_view line = text.substr(0, text.find('\n'));
            text.remove_prefix(std::min(line.size() + 1, text.size()));
            ++line_;
            try {
                parse_line(line.substr(0, line.find('#')));
            } catch (const std::exception& error) {
                fail("line {}: {}", line_, error.what());
            }
        }
        for (const auto& [name, endpoint] : endpoints_) {
            scenario_.endpoints[name] = fmt::format(fmt::runtime(endpoint.is_v6() ? "[{}]:{}" : "{}:{}"),
                                                    endpoint.address, endpoint.port);
        }
        return std::move(scenario_);
    }

private:
    void parse_line(std::string_view line) {
        const std::size_t arrow = line.find("=>");
        const Words words = split_words(line.substr(0, arrow));
        if (words.empty()) return;
        if (words[0] == "endpoint" && words.size() == 3) {
            endpoints_.insert_or_assign(words[1], parse_endpoint(words[2]));
        } else if (words[0] == "start" && words.size() == 2) {
            start_ = time_ = parse_seconds(words[1]);
        } else if (words[0] == "mac" && words.size() == 3) {
            macs_[words[1]] = parse_mac(words[2]);
        } else if (words[0] == "expect") {
            scenario_.expectations.push_back({line_, {words.begin() + 1, words.end()}});
        } else {
            parse_frame(line.substr(0, arrow), words);
            if (arrow != std::string_view::npos) {
                scenario_.frames.back().expected = split_words(line.substr(arrow + 2));
            }
        }
    }

    void parse_frame(std::string_view text, const Words& words) {
        ScenarioFrame frame;
        if (words.size() > 1 && words[1] == "again") {
            if (scenario_.frames.empty()) fail("there is no frame before this one");
            frame = scenario_.frames.back();
            frame.expected.reset();
        } else if (words.size() == 4 && (words[1] == "claims" || words[1] == "asks")) {
            const auto said = words[1] == "claims" ? claim : address_probe;
            frame.bytes = said(endpoints_.at(words[2]), parse_mac(words[3]));
            frame.original_length = static_cast<std::uint32_t>(frame.bytes.size());
            frame.is_ethernet = true;
        } else if (words.size() > 6 && words[1] == "icmp" && words[3] == "from" && words[5] == "quotes") {
            parse_segment(text, {words.begin() + 6, words.end()}, frame);
            frame.bytes = unreachable(packet_, words[4], parse_unreachable(words[2]));
            frame.original_length = static_cast<std::uint32_t>(frame.bytes.size());
        } else {
            parse_segment(text, {words.begin() + 1, words.end()}, frame);
        }
        time_ = parse_time(words[0]);
        frame.line = line_;
        frame.time = time_;
        scenario_.frames.push_back(std::move(frame));
    }

    [[nodiscard]] Nanoseconds parse_time(std::string_view text) const {
        if (text.starts_with('+')) return time_ + parse_seconds(text.substr(1));
        if (text.starts_with('-')) return time_ - parse_seconds(text.substr(1));
        return start_ + parse_seconds(text);
    }

    // `words` begin with the sender; `text` is the whole line, for its options.
    void parse_segment(std::string_view text, const Words& words, ScenarioFrame& frame) {
        if (words.size() < 3) fail("a segment needs a sender, flags and SEQ:END(LENGTH)");
        const std::string sender = set_endpoints(words[0]);
        packet_.flags = parse_flags(words[1]);
        packet_.payload.clear();
        parse_sequence(words[2], packet_);
        packet_.ack = 0;
        packet_.window = latest_window_.try_emplace(sender, 1000).first->second;
        packet_.ttl = 64;
        // Linux has no counter for a RST of no connection.
        packet_.ip_id = packet_.flags == kRst ? std::uint16_t{0} : next_ip_id_[sender]++;
        packet_.options.clear();
        std::optional<std::size_t> captured;
        for (std::size_t i = 3; i < words.size(); i += 2) {
            if (words[i].starts_with('<')) {
                const std::size_t from = text.find('<');
                const std::size_t to = text.find('>', from);
                if (to == std::string_view::npos) fail("the options lack their '>'");
                packet_.options = parse_options(text.substr(from + 1, to - from - 1));
                break;
            }
            if (i + 1 == words.size()) fail("'{}' lacks a value", words[i]);
            parse_attribute(words[i], words[i + 1], captured);
        }
        latest_window_[sender] = packet_.window;
        frame.bytes = to_bytes(packet_);
        const std::uint64_t mac = macs_[sender];
        frame.is_ethernet = mac != 0;
        if (frame.is_ethernet) frame.bytes = in_ethernet(frame.bytes, mac);
        frame.original_length = static_cast<std::uint32_t>(frame.bytes.size());
        if (captured) frame.bytes.resize(std::min(*captured, frame.bytes.size()));
    }

    void parse_attribute(const std::string& name, const std::string& value,
                         std::optional<std::size_t>& captured) {
        if (name == "ack") {
            packet_.ack = parse_number<std::uint32_t>(value);
        } else if (name == "win") {
            packet_.window = parse_number<std::uint16_t>(value);
        } else if (name == "ttl") {
            packet_.ttl = parse_number<std::uint8_t>(value);
        } else if (name == "id") {
            packet_.ip_id = parse_number<std::uint16_t>(value);
        } else if (name == "captured") {
            captured = parse_number<std::size_t>(value);
        } else if (name == "hex") {
            const std::vector<std::uint8_t> payload = parse_hex(value);
            if (payload.size() != packet_.payload.size()) fail("{} is not as long as it says", value);
            packet_.payload = payload;
        } else {
            fail("'{}' is no attribute", name);
        }
    }

    // Answers the sender's name.
    std::string set_endpoints(const std::string& text) {
        const std::size_t arrow = text.find('>');
        const std::string from = text.substr(0, arrow);
        const std::string to = arrow != std::string::npos ? text.substr(arrow + 1) : from == "A" ? "B" : "A";
        if (!endpoints_.contains(from)) fail("endpoint {} is not known", from);
        if (!endpoints_.contains(to)) fail("endpoint {} is not known", to);
        if (arrow == std::string::npos && from != "A" && from != "B") fail("{} sends to whom?", from);
        packet_.source = endpoints_[from];
        packet_.destination = endpoints_[to];
        return from;
    }

    Scenario scenario_;
    unsigned line_ = 0;
    Nanoseconds start_ = 1'700'000'000 * kSecond;
    Nanoseconds time_ = start_;
    ScenarioPacket packet_;
    std::map<std::string, ScenarioEndpoint> endpoints_{{"A", {"10.0.0.1", 40000}},
                                                       {"B", {"10.0.0.2", 50000}}};
    std::map<std::string, std::uint64_t> macs_;
    std::map<std::string, std::uint16_t> latest_window_;
    std::map<std::string, std::uint16_t> next_ip_id_;
};

}  // namespace

Scenario parse_scenario(std::string_view text) {
    return Parser().parse(text);
}

ReadStatus ScenarioSource::next(FrameBatch& batch) {
    batch.clear();
    while (stats_.frames < scenario_.frames.size() && !batch.full()) {
        const ScenarioFrame& from = scenario_.frames[stats_.frames++];
        FrameView& frame = batch.frames[batch.count++];
        frame = {};
        frame.data = from.bytes.data();
        frame.captured_length = static_cast<std::uint32_t>(from.bytes.size());
        frame.original_length = from.original_length;
        frame.time = from.time;
        frame.number = stats_.frames;
        frame.link_type = from.is_ethernet ? kEthernet : kRaw;
        stats_.captured_bytes += frame.captured_length;
    }
    return batch.count > 0 ? ReadStatus::kFrames : ReadStatus::kEnd;
}

namespace {

void advance_to(Analyzer& analyzer, Nanoseconds now) {
    for (auto next = analyzer.next_deadline(); next && *next < now; next = analyzer.next_deadline()) {
        analyzer.advance_time(*next);
    }
    analyzer.advance_time(now);
}

}  // namespace

ReadStatus analyse(PacketSource& source, const AnalyzerOptions& options, ReportSink& sink) {
    Analyzer analyzer(options, sink);
    const ReadStatus status = analyzer.read(source, "input");
    if (!analyzer.finish()) throw std::runtime_error("the sink failed");
    return status;
}

ReadStatus analyse_live(PacketSource& source, const AnalyzerOptions& options, ReportSink& sink) {
    Analyzer analyzer(options, sink);
    const auto input = analyzer.begin_input("input");
    FrameBatch batch;
    ReadStatus status = source.next(batch);
    for (; status == ReadStatus::kFrames; status = source.next(batch)) {
        for (std::size_t i = 0; i < batch.count; ++i) {
            if (batch.frames[i].time != kNoTime) advance_to(analyzer, batch.frames[i].time);
            analyzer.consume(batch.view().subspan(i, 1), input);
        }
    }
    analyzer.end_input(input, source, outcome_of(status));
    if (!analyzer.finish()) throw std::runtime_error("the sink failed");
    return status;
}

}  // namespace deadpeer::test
