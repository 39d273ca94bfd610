#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"

struct sock_filter;

namespace pelton::sandbox {

/// What becomes of a system call.
enum class Fate : std::uint8_t {
  allowed,
  refused,  ///< EPERM
  unknown,  ///< ENOSYS: as if the kernel did not have it, so that the C library takes another way
  deadly,   ///< ends the process with SIGSYS
};

/// One system call, and what becomes of it. With `values`, only where argument `argument`, its low 32 bits seen
/// through `mask`, is one of them; otherwise `otherwise`.
struct CallRule {
  unsigned number;
  Fate fate = Fate::allowed;
  unsigned argument = 0;
  std::uint32_t mask = ~std::uint32_t{0};
  std::vector<std::uint32_t> values{};
  Fate otherwise = Fate::refused;
};

/// The classic BPF program of a seccomp filter (seccomp(2)) for x86-64: `rules`, each number once; calls that are not
/// named are refused, those numbered above `newest` unknown, those of other architectures deadly.
std::vector<sock_filter> compile_filter(std::span<const CallRule> rules, unsigned newest);

/// Puts all threads of this process under `rules`, for ever; children inherit it. Several filters add up: each call has
/// the worst of its fates. `unsupported` where the kernel has no seccomp.
core::Result<void> restrict_calls(std::span<const CallRule> rules, unsigned newest);

}  // namespace pelton::sandbox
