#include "formats/catboost/city_hash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>
#include <utility>

namespace pelton::formats::catboost {

namespace {

using Word = std::uint64_t;

constexpr Word kPrime0 = 0xc3a5c85c97cb3127;
constexpr Word kPrime1 = 0xb492b66fbe98f273;
constexpr Word kPrime2 = 0x9ae16a3b2f90404f;
constexpr Word kPrime3 = 0xc949d7c7509e6557;

template <class T>
Word load(const char* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
Word word(const char* at) noexcept { return load<std::uint64_t>(at); }
Word half(const char* at) noexcept { return load<std::uint32_t>(at); }

Word fold(Word x) noexcept { return x ^ (x >> 47); }

/// Two words to one (Murmur's finish).
Word join(Word low, Word high) noexcept {
  constexpr Word kMultiplier = 0x9ddfea08eb382d69;
  const Word a = fold((low ^ high) * kMultiplier);
  return fold((high ^ a) * kMultiplier) * kMultiplier;
}

/// At most 16 bytes.
Word hash_short(const char* text, std::size_t size) noexcept {
  if (size > 8) {
    const Word last = word(text + size - 8);
    return join(word(text), std::rotr(last + size, static_cast<int>(size))) ^ last;
  }
  if (size >= 4) return join(size + (half(text) << 3), half(text + size - 4));
  if (size == 0) return kPrime2;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t y = byte(0) + (byte(size / 2) << 8);
  const std::uint32_t z = static_cast<std::uint32_t>(size) + (byte(size - 1) << 2);
  return fold(y * kPrime2 ^ z * kPrime3) * kPrime2;
}

/// 17 to 32 bytes.
Word hash_medium(const char* text, std::size_t size) noexcept {
  const Word a = word(text) * kPrime1;
  const Word b = word(text + 8);
  const Word c = word(text + size - 8) * kPrime2;
  const Word d = word(text + size - 16) * kPrime0;
  return join(std::rotr(a - b, 43) + std::rotr(c, 30) + d, a + std::rotr(b ^ kPrime3, 20) - c + size);
}

/// 33 to 64 bytes: both ends, 32 bytes each.
Word hash_long(const char* text, std::size_t size) noexcept {
  const auto mix = [](Word first, Word second, Word third, Word last) {
    Word sum = first;
    const Word b = std::rotr(sum + last, 52);
    Word c = std::rotr(sum, 37);
    sum += second;
    c += std::rotr(sum, 7);
    sum += third;
    return std::pair{sum + last, b + std::rotr(sum, 31) + c};
  };
  const char* const tail = text + size - 32;
  const auto [front, front_mix] =
      mix(word(text) + (size + word(tail + 16)) * kPrime0, word(text + 8), word(text + 16), word(text + 24));
  const auto [back, back_mix] = mix(word(text + 16) + word(tail), word(tail + 8), word(tail + 16), word(tail + 24));
  const Word r = fold((front + back_mix) * kPrime2 + (back + front_mix) * kPrime0);
  return fold(r * kPrime0 + front_mix) * kPrime2;
}

/// Two words of state, and how 32 bytes are stirred into two seeds to make them.
struct Pair {
  Word first, second;
};
Pair stir(const char* text, Word a, Word b) noexcept {
  a += word(text);
  b = std::rotr(b + a + word(text + 24), 21);
  const Word before = a;
  a += word(text + 8) + word(text + 16);
  b += std::rotr(a, 44);
  return {a + word(text + 24), b + before};
}

}  // namespace

std::uint64_t city_hash64(std::string_view view) noexcept {
  const char* text = view.data();
  const std::size_t size = view.size();
  if (size <= 16) return hash_short(text, size);
  if (size <= 32) return hash_medium(text, size);
  if (size <= 64) return hash_long(text, size);
  // The last 64 bytes first, then blocks of 64 from the front; the last block may overlap what was hashed.
  Word x = word(text);
  Word y = word(text + size - 16) ^ kPrime1;
  Word z = word(text + size - 56) ^ kPrime0;
  Pair v = stir(text + size - 64, size, y);
  Pair w = stir(text + size - 32, size * kPrime1, kPrime0);
  z += fold(v.second) * kPrime1;
  x = std::rotr(z + x, 39) * kPrime1;
  y = std::rotr(y, 33) * kPrime1;
  for (const char* const end = text + ((size - 1) & ~std::size_t{63}); text != end; text += 64) {
    x = std::rotr(x + y + v.first + word(text + 16), 37) * kPrime1;
    y = std::rotr(y + v.second + word(text + 48), 42) * kPrime1;
    x ^= w.second;
    y ^= v.first;
    z = std::rotr(z ^ w.first, 33);
    v = stir(text, v.second * kPrime1, x + w.first);
    w = stir(text + 32, z + w.second, y);
    std::swap(z, x);
  }
  return join(join(v.first, w.first) + fold(y) * kPrime1 + z, join(v.second, w.second) + x);
}

}  // namespace pelton::formats::catboost
