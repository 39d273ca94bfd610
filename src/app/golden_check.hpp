#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/golden_rows.hpp"
#include "math/matrix_view.hpp"
#include "model/schema.hpp"

namespace pelton::app {

/// A greatest difference and the row that has it.
struct Worst {
  double difference = 0;
  std::size_t row = 0;   ///< from 1; 0: no row differs
  std::size_t line = 0;  ///< of the file
  void note(double found, std::size_t in_row, std::size_t on_line) {
    if (!(found > difference) && !(row == 0 && found != 0)) return;
    *this = {found, in_row, on_line};
  }
};

/// How one method's results compare with what was expected, gathered row by row.
///
/// A number is within tolerance if |result - expected| <= tolerance * max(1, |expected|). Labels, whole
/// numbers and truth values must be equal, NaN and infinities met by their like or by nothing.
class GoldenCheck {
 public:
  /// Without a tolerance: 1e-9 for float64 outputs, 1e-5 for float32.
  GoldenCheck(const model::Schema& schema, model::Method method, std::optional<double> tolerance);

  void compare(const double* results, const std::vector<codec::ExpectedValue>& expected, std::size_t row,
               std::size_t line);

  std::size_t values() const noexcept { return values_; }
  std::size_t beyond() const noexcept { return beyond_; }
  double tolerance() const noexcept { return tolerance_; }
  model::ElementType type() const noexcept { return output_.type; }
  bool labelled() const noexcept { return output_.labelled; }
  const Worst& absolute() const noexcept { return absolute_; }
  const Worst& relative() const noexcept { return relative_; }  ///< to the expected value
  const Worst& ulps() const noexcept { return ulps_; }          ///< steps of the output's own type
  /// The first value beyond tolerance: its row, line, and `expected 1.5, got 2.0`.
  std::size_t first_row() const noexcept { return first_row_; }
  std::size_t first_line() const noexcept { return first_line_; }
  const std::string& first_told() const noexcept { return first_told_; }

 private:
  bool same_label(double result, const codec::ExpectedValue& expected) const;
  bool close(double result, const codec::ExpectedValue& expected, std::size_t row, std::size_t line);
  std::string told(double result) const;

  const model::OutputSpec& output_;
  const std::vector<model::Label>& classes_;
  double tolerance_;
  std::size_t values_ = 0;
  std::size_t beyond_ = 0;
  Worst absolute_;
  Worst relative_;
  Worst ulps_;
  std::size_t first_row_ = 0;
  std::size_t first_line_ = 0;
  std::string first_told_;
};

}  // namespace pelton::app
