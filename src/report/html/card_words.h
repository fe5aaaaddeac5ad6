// What a card of the page says of an incident besides the sentences of incidents.csv.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "report/columns/address_text.h"
#include "report/html/markup.h"
#include "report/html/page_data.h"
#include "report/text/named.h"

namespace deadpeer {

inline constexpr std::size_t kLongestName = 64;

// "10.0.0.2:50000 (db-1)", of an address or an endpoint.
template <typename Place>
std::string name_of(const Named& named, const Place& place) {
    std::string text;
    say(text, named(place));
    return shortened(text, kLongestName + kAddressTextCapacity);
}

// The connection that the event is about; null if it is about none, or was not kept.
const FlowSummary* flow_of(const Finding& cause, const PageData& data);

std::string title_of(const Incident& incident, const Named& named);
std::string connection_of(const Incident& incident, const PageData& data, const Named& named);
std::string alternatives_of(const Finding& cause);
std::string when_of(const Incident& incident);
std::string last_heard_of(const Incident& incident);
std::string frames_of(const Finding& cause);
std::string events_of(const Incident& incident);

}  // namespace deadpeer
