// Compresses in one go, with a checksum of the content wherever the format has one.
#pragma once

#include <string>

#include "capture/file/decompressor.h"

namespace deadpeer::test {

std::string pack(capture::Compression with, const std::string& bytes);

}  // namespace deadpeer::test
