// The incident report as one page of HTML.
//
// Threads: pure function.
#pragma once

#include <string>

#include "report/html/page_data.h"

namespace deadpeer {

std::string page_of(const PageData& data);

// Its parts; each appends a section.
void append_cards(std::string& page, const PageData& data);
// Whether there is anything to draw.
[[nodiscard]] bool has_timeline(const PageData& data);
void append_timeline(std::string& page, const PageData& data);
void append_keepalive(std::string& page, const PageData& data);
void append_connections(std::string& page, const PageData& data);
void append_details(std::string& page, const PageData& data);

}  // namespace deadpeer
