#include "operators/lookup_table.hpp"

#include <cstring>
#include <random>

namespace pelton::operators {
namespace {

std::uint64_t random_word() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) ^ device();
}

/// Both halves of the product, which mixes every bit of either factor (wyhash, Wang Yi 2019).
std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

struct Seeds {
  std::uint64_t first = random_word();
  std::uint64_t second = random_word();
  std::uint64_t third = random_word() | 1;
};
const Seeds kSeeds;

template <class Word>
std::uint64_t read(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace

std::uint64_t hash_of(std::string_view text) noexcept {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t state = kSeeds.first ^ (left * kSeeds.third);
  for (; left > 16; left -= 16, at += 16) {
    state = fold(read<std::uint64_t>(at) ^ kSeeds.second, read<std::uint64_t>(at + 8) ^ state);
  }
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (left >= 8) {
    low = read<std::uint64_t>(at);
    high = read<std::uint64_t>(at + left - 8);
  } else if (left >= 4) {
    low = read<std::uint32_t>(at);
    high = read<std::uint32_t>(at + left - 4);
  } else if (left > 0) {
    low = read<std::uint8_t>(at) | read<std::uint8_t>(at + left / 2) << 8 | read<std::uint8_t>(at + left - 1) << 16;
  }
  state = fold(low ^ kSeeds.second, high ^ state);
  return fold(state ^ kSeeds.first, kSeeds.third);
}

std::uint64_t hash_of(std::uint64_t key) noexcept {
  return fold(fold(key ^ kSeeds.first, kSeeds.third) ^ kSeeds.second, kSeeds.third);
}

}  // namespace pelton::operators
