#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace pelton::graph {

/// What a row's results hold where the row could not be scored: a NaN of its own, which no calculation
/// gives. It survives copying, being rounded to float and being negated.
inline constexpr std::uint64_t kRefusedRowBits = 0x7FFCA5E260000000U;
inline const double kRefusedRow = std::bit_cast<double>(kRefusedRowBits);
inline bool is_refused_row(double value) noexcept {
  return (std::bit_cast<std::uint64_t>(value) & ~(std::uint64_t{1} << 63)) == kRefusedRowBits;
}

/// Hears, on this thread, why rows are refused while it lives; the innermost one is told.
class RefusalListener {
 public:
  RefusalListener() noexcept;
  ~RefusalListener();
  RefusalListener(const RefusalListener&) = delete;
  RefusalListener& operator=(const RefusalListener&) = delete;

  /// The last reason told; empty where there was none.
  const std::string& reason() const noexcept { return reason_; }

  static bool listening() noexcept;
  static void tell(std::string_view reason) noexcept;

 private:
  std::string reason_;
  RefusalListener* outer_;
};

}  // namespace pelton::graph
