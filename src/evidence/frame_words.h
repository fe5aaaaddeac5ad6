// What a frame is, and what it proves, in plain English: the comment that stands with it.
//
// What:    nothing is said of a frame but what its bytes and the event say. Addresses are those of the
//          innermost packet.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "decode/decode.h"
#include "evidence/proofs.h"

namespace deadpeer {

// "Decides incident 2 (peer_dead, high confidence): RST from 192.0.2.10:40002 to 198.51.100.30:5432.
// 198.51.100.30:5432 stopped responding." `decoded`: what the frame holds.
std::string words_of_proof(std::uint64_t incident, const Proof& proof, std::uint64_t frame,
                           const SegmentBatch& decoded);

}  // namespace deadpeer
