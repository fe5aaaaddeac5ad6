// File types, told by the first bytes.
//
// Errors: of what cannot be read there is still a name and an advice.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace deadpeer::capture {

enum class FileType : std::uint8_t { kClassic, kPcapng, kOther };

// Bytes of the beginning that the questions below want to see (less if the input has less).
inline constexpr std::size_t kSniffBytes = 64;

FileType file_type(std::span<const std::uint8_t> beginning);

// Neither deadpeer nor another program takes it for a capture.
bool is_no_capture(std::span<const std::uint8_t> beginning);

// Why an input of type kOther is refused: a finished sentence that begins with `name`. `path` stands in the
// commands that it advises.
std::string refusal(const std::string& name, const std::string& path,
                    std::span<const std::uint8_t> beginning);

}  // namespace deadpeer::capture
