#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

namespace pelton::operators {

/// What values of T are looked up by: text as it is, numbers as 64 bits.
template <class T>
using LookupKey = std::conditional_t<std::is_same_v<T, std::string_view>, std::string_view, std::uint64_t>;

inline std::string_view lookup_key(std::string_view text) noexcept { return text; }
template <std::integral T>
std::uint64_t lookup_key(T value) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}
/// All NaNs are one key, and so are both zeros. Floats are looked up as the doubles that they are.
template <std::floating_point T>
std::uint64_t lookup_key(T value) noexcept {
  constexpr std::uint64_t kNan = 0x7FF8000000000000ULL;
  return value == value ? std::bit_cast<std::uint64_t>(static_cast<double>(value) + 0.0) : kNan;
}

/// A hash that whoever wrote the keys cannot foresee, as it differs from process to process.
std::uint64_t hash_of(std::string_view text) noexcept;
std::uint64_t hash_of(std::uint64_t key) noexcept;

/// Numbers by key (Key is a LookupKey): one cache line a look-up, mostly. Texts must outlive it.
template <class Key>
class LookupTable {
 public:
  static constexpr std::uint32_t kAbsent = static_cast<std::uint32_t>(-1);

  /// For at most `keys` different keys.
  explicit LookupTable(std::size_t keys) : mask_(std::bit_ceil(keys * 2 + 1) - 1), entries_(mask_ + 1) {}

  /// The number of `key`.
  std::uint32_t find(Key key) const noexcept { return entries_[place(key, hash_of(key))].number; }

  /// Gives `key` a number unless it has one. Gives the number it has now.
  std::uint32_t insert(Key key, std::uint32_t number) noexcept {
    Entry& entry = claim(key);
    if (entry.number == kAbsent) entry.number = number;
    return entry.number;
  }
  /// Gives `key` a number, whatever it had.
  void assign(Key key, std::uint32_t number) noexcept { claim(key).number = number; }

 private:
  struct Entry {
    Key key{};
    std::uint32_t tag = 0;
    std::uint32_t number = kAbsent;
  };

  static std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32); }
  /// Where `key` is, or else the free entry where it belongs: at least half of them are free.
  std::size_t place(Key key, std::uint64_t hash) const noexcept {
    std::size_t i = hash & mask_;
    while (entries_[i].number != kAbsent && (entries_[i].tag != tag_of(hash) || entries_[i].key != key)) {
      i = (i + 1) & mask_;
    }
    return i;
  }
  Entry& claim(Key key) noexcept {
    const std::uint64_t hash = hash_of(key);
    Entry& entry = entries_[place(key, hash)];
    entry.key = key;
    entry.tag = tag_of(hash);
    return entry;
  }

  std::size_t mask_;
  std::vector<Entry> entries_;
};

}  // namespace pelton::operators
