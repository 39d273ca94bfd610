#pragma once

#include <cstring>

#include "trees/tree_kernels.hpp"

/// What an instruction set may do in a way of its own, in plain C++ (see plane_text.hpp).
namespace pelton::trees {
namespace {

/// Each byte of the result is 1 where that bit of the lowest byte is set.
[[gnu::always_inline]] inline std::uint64_t spread_bits(std::uint64_t bits) {
  // The product has a copy of the byte in each byte, the mask keeps bit b of copy b, and the sum
  // carries what was kept into its byte's highest bit.
  const std::uint64_t kept = (bits & 0xFF) * 0x0101010101010101U & 0x8040201008040201U;
  return (kept + 0x00406070787C7E7FU) >> 7 & 0x0101010101010101U;
}

struct PortableIsa {
  template <class T>
  static void rank64(const SearchTable& table, const T* pool, const T* x, std::uint32_t* ranks) {
    for (std::size_t r = 0; r < 64; ++r) ranks[r] = 0;
    if (table.levels == 0) return;
    const T* const values = pool + table.offset[table.levels - 1];
    for (std::uint32_t left = table.size; left > 1;) {
      const std::uint32_t half = left / 2;
      for (std::size_t r = 0; r < 64; ++r) ranks[r] += values[ranks[r] + half - 1] <= x[r] ? half : 0;
      left -= half;
    }
    for (std::size_t r = 0; r < 64; ++r) ranks[r] += values[ranks[r]] <= x[r] ? 1 : 0;
  }

  template <class T>
  static std::uint32_t rank_one(const SearchTable& table, const T* pool, T x) {
    if (table.levels == 0) return 0;
    const T* const values = pool + table.offset[table.levels - 1];
    std::uint32_t base = 0;
    for (std::uint32_t left = table.size; left > 1;) {
      const std::uint32_t half = left / 2;
      base += values[base + half - 1] <= x ? half : 0;
      left -= half;
    }
    return base + (values[base] <= x ? 1 : 0);
  }

  template <class T>
  static void rank_axes(const RankAxis* axes, std::size_t count, const T* pool, const T* x, std::uint32_t* ranks) {
    for (std::size_t a = 0; a < count; ++a) ranks[a] = rank_one(axes[a].table, pool, x[a]);
  }

  template <class T>
  static void add_leaves(const LeafBits& bits, const std::byte* table, std::size_t, T* sums) {
    const T* const values = reinterpret_cast<const T*>(table);
    for (std::size_t first = 0; first < 64; first += 8) {
      std::uint64_t low = 0;   // the numbers' lowest bytes
      std::uint64_t high = 0;  // and what is above
      for (std::size_t plane = 0; plane < bits.count; ++plane) {
        const std::uint64_t set = spread_bits(bits.planes[plane * bits.stride] >> first);
        if (plane < 8) {
          low |= set << plane;
        } else {
          high |= set << (plane - 8);
        }
      }
      for (std::size_t r = 0; r < 8; ++r) {
        sums[first + r] += values[(low >> (8 * r) & 0xFF) | (high >> (8 * r) & 0xFF) << 8];
      }
    }
  }

  template <class T>
  static void read_sums(const T* sums, T* in_row_order) {
    std::memcpy(in_row_order, sums, 64 * sizeof(T));
  }
};

}  // namespace
}  // namespace pelton::trees
