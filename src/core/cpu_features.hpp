#pragma once

#include <optional>
#include <string_view>

namespace pelton::core {

/// The instruction sets a kernel is written for, weakest first.
enum class Isa {
  scalar,  ///< any x86-64
  avx2,    ///< AVX2 and FMA
  avx512,  ///< AVX-512 F, BW, DQ, VL
};

std::string_view to_string(Isa isa) noexcept;

/// "scalar", "avx2" or "avx512"; anything else is nothing.
std::optional<Isa> parse_isa(std::string_view name) noexcept;

/// The strongest set that this processor and operating system run.
Isa detected_isa() noexcept;

/// Whether an avx512 processor also has AVX-512 VBMI (permutations of bytes).
bool has_byte_permutations() noexcept;

/// The set that kernels are chosen by: PELTON_ISA if it is set to one this machine has, otherwise
/// the detected one. Decided once, at the first call. An unknown or unavailable PELTON_ISA ends the
/// process with a message: a test that asked for a kernel must not silently get another.
Isa active_isa();

}  // namespace pelton::core
