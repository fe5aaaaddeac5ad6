// pcapng files.
//
// What:   sections of either byte order, interfaces of any mixture, Enhanced, Simple and the obsolete
//         Packet Blocks, drop counters of Interface Statistics Blocks (cumulative: the last of each
//         interface counts) or else of the packets; other blocks are skipped. Custom blocks, system log
//         entries and system calls are handed out as frames that are no packets, because Wireshark numbers
//         them (measured with 4.0.17).
// Errors: a packet of an interface that was never declared is handed out as such.
// Source: draft-ietf-opsawg-pcapng.
#pragma once

#include <memory>
#include <span>

#include "capture/file/pcapng_names.h"
#include "capture/file/record_parser.h"
#include "deadpeer/result.h"

namespace deadpeer::capture {

// Interfaces of all sections; a file that declares more is damaged or hostile.
inline constexpr std::size_t kMaxInterfaces = 65'536;

// Of a section header.
inline constexpr std::size_t kSectionHeaderBytes = 28;

// Whether a file that begins like this can be read. The reason of an Error is the end of a sentence.
Status check_first_section(std::span<const std::uint8_t> beginning);

// Parses from the first section header on. `on_name`: is told the names of hosts, those of blocks up to 1
// MiB.
std::unique_ptr<RecordParser> make_pcapng_parser(NameListener on_name = {});

}  // namespace deadpeer::capture
