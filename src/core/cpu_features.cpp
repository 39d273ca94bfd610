#include "core/cpu_features.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace pelton::core {

std::string_view to_string(Isa isa) noexcept {
  switch (isa) {
    case Isa::scalar: return "scalar";
    case Isa::avx2: return "avx2";
    case Isa::avx512: return "avx512";
  }
  return "unknown";
}

std::optional<Isa> parse_isa(std::string_view name) noexcept {
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
    if (name == to_string(isa)) return isa;
  }
  return std::nullopt;
}

Isa detected_isa() noexcept {
  // __builtin_cpu_supports also asks the operating system (XGETBV) for the register state.
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma")) {
    return Isa::avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Isa::avx2;
  return Isa::scalar;
}

bool has_byte_permutations() noexcept {
  __builtin_cpu_init();
  return detected_isa() == Isa::avx512 && __builtin_cpu_supports("avx512vbmi");
}

namespace {

Isa choose() {
  const Isa detected = detected_isa();
  const char* wanted = std::getenv("PELTON_ISA");
  if (wanted == nullptr || *wanted == '\0') return detected;
  const std::optional<Isa> isa = parse_isa(wanted);
  if (!isa) {
    std::fprintf(stderr, "pelton: PELTON_ISA=%s: expected scalar, avx2 or avx512\n", wanted);
    std::exit(2);
  }
  if (*isa > detected) {
    std::fprintf(stderr, "pelton: PELTON_ISA=%s: this processor has at most %s\n", wanted,
                 std::string(to_string(detected)).c_str());
    std::exit(2);
  }
  return *isa;
}

}  // namespace

Isa active_isa() {
  static const Isa isa = choose();
  return isa;
}

}  // namespace pelton::core
