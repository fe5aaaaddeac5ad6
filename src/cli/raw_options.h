// RawOptions: the command line as CLI11 fills it in, before the words become values (Settings).
//
// What:    an optional without a value, an empty string or an empty list: not given.
// Threads: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace deadpeer::cli {

struct RawOptions {
    // Input
    std::vector<std::string> inputs;
    std::string order = "time";
    std::string filter;
    std::optional<std::uint64_t> frame_limit;
    unsigned threads = 1;
    std::string follow;
    std::string slim_of;
    std::optional<bool> live;  // --live or --offline
    bool list_interfaces = false;

    // Live capture
    std::vector<std::string> interfaces;
    bool not_promiscuous = false;
    std::optional<std::uint32_t> snap_length;
    std::string link_type;
    std::string time_stamp_type;
    std::optional<std::size_t> buffer_size;
    bool wait_for_interface = false;
    std::optional<double> interval;
    std::string rotate;
    std::optional<std::uint32_t> keep;
    bool print = false;
    std::string metrics;
    std::string user;
    bool no_sandbox = false;

    // Output
    std::string output;
    std::vector<std::string> reports;
    std::vector<std::string> formats;
    std::string columns;  // all, short, or names joined by commas
    std::string html;
    std::string evidence;
    std::string segments = "keepalive";
    std::string delimiter;
    bool excel = false;
    bool crlf = false;
    bool byte_order_mark = false;
    std::string time = "utc";
    std::uint16_t community_id_seed = 0;
    std::string fail_on;
    std::string on_event;
    bool syslog = false;
    std::string anonymise;
    bool names = false;
    bool no_names = false;
    bool quiet = false;
    bool verbose = false;

    // Analysis
    std::string wireshark = "4.4";
    std::vector<std::string> scope;
    double min_probe_silence = 0.5;
    double idle_after = 60;
    std::uint16_t heartbeat_max_payload = 64;
    std::vector<std::string> connection_limits;
    std::size_t memory = std::size_t{256} << 20;
    std::string profiles;
    std::string timeouts;
    std::string inventory;

    // About
    bool version = false;
    std::string explain;
};

}  // namespace deadpeer::cli
