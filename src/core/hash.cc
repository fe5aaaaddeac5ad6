#include "core/hash.h"

#include <random>

namespace deadpeer {

SeededHash::SeededHash(std::uint64_t seed) {
    if (seed == 0) {
        std::random_device device;
        for (auto& word : key_) word = (std::uint64_t{device()} << 32) | device();
        return;
    }
    std::mt19937_64 generator(seed);
    for (auto& word : key_) word = generator();
}

}  // namespace deadpeer
