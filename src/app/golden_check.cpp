#include "app/golden_check.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "codec/result_writer.hpp"

namespace pelton::app {

namespace {

using codec::ExpectedValue;
using model::ElementType;

bool is_float(ElementType type) { return type == ElementType::float32 || type == ElementType::float64; }

/// Floats in their order as whole numbers: neighbours differ by one, the zeros by nothing.
template <class Float, class Bits>
std::int64_t rank_of(Float value) {
  const auto bits = std::bit_cast<Bits>(value);
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  return (bits & kSign) != 0 ? -static_cast<std::int64_t>(bits & ~kSign) : static_cast<std::int64_t>(bits);
}

double ulps_between(ElementType type, double a, double b) {
  if (type == ElementType::float32) {
    return std::fabs(static_cast<double>(rank_of<float, std::uint32_t>(static_cast<float>(a)) -
                                         rank_of<float, std::uint32_t>(static_cast<float>(b))));
  }
  const std::int64_t x = rank_of<double, std::uint64_t>(a);
  const std::int64_t y = rank_of<double, std::uint64_t>(b);
  // Of one sign the difference fits; of two it is a sum that may not.
  return (x < 0) == (y < 0) ? std::fabs(static_cast<double>(x - y))
                            : std::fabs(static_cast<double>(x)) + std::fabs(static_cast<double>(y));
}

double default_tolerance(const model::OutputSpec& output) {
  if (output.labelled || !is_float(output.type)) return 0;
  return output.type == ElementType::float32 ? 1e-5 : 1e-9;
}

}  // namespace

GoldenCheck::GoldenCheck(const model::Schema& schema, model::Method method, std::optional<double> tolerance)
    : output_(*schema.output(method)),
      classes_(schema.classes),
      tolerance_(output_.labelled || !is_float(output_.type) ? 0 : tolerance.value_or(default_tolerance(output_))) {}

bool GoldenCheck::same_label(double result, const ExpectedValue& expected) const {
  if (!(result >= 0 && result < static_cast<double>(classes_.size()))) {
    return expected.kind == ExpectedValue::Kind::nothing;
  }
  const model::Label& label = classes_[static_cast<std::size_t>(result)];
  if (codec::label_text(label) == expected.text) return true;
  const auto* number = std::get_if<std::int64_t>(&label);
  return number != nullptr && expected.kind == ExpectedValue::Kind::number &&
         static_cast<double>(*number) == expected.number;
}

bool GoldenCheck::close(double result, const ExpectedValue& expected, std::size_t row, std::size_t line) {
  if (output_.labelled) return same_label(result, expected);
  if (expected.kind == ExpectedValue::Kind::nothing) return !std::isfinite(result);
  if (expected.kind == ExpectedValue::Kind::text) return false;
  const bool narrow = output_.type == ElementType::float32;
  const double wanted = narrow ? static_cast<double>(static_cast<float>(expected.number)) : expected.number;
  if (result == wanted) return true;
  const double difference = std::fabs(result - wanted);
  if (!std::isfinite(result) || !std::isfinite(wanted)) {
    absolute_.note(std::numeric_limits<double>::infinity(), row, line);
    return false;
  }
  absolute_.note(difference, row, line);
  relative_.note(difference / std::fabs(wanted), row, line);
  if (is_float(output_.type)) ulps_.note(ulps_between(output_.type, result, wanted), row, line);
  return difference <= tolerance_ * std::max(1.0, std::fabs(wanted));
}

std::string GoldenCheck::told(double result) const {
  core::TextBuffer text;
  if (output_.labelled) {
    const bool known = result >= 0 && result < static_cast<double>(classes_.size());
    return known ? codec::label_text(classes_[static_cast<std::size_t>(result)]) : "no class";
  }
  if (!std::isfinite(result)) return std::isnan(result) ? "NaN" : result < 0 ? "-Infinity" : "Infinity";
  if (output_.type == ElementType::float32) {
    codec::append_number(text, static_cast<float>(result));
  } else {
    codec::append_number(text, result);
  }
  return std::string(text.view());
}

void GoldenCheck::compare(const double* results, const std::vector<ExpectedValue>& expected, std::size_t row,
                          std::size_t line) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ++values_;
    if (close(results[i], expected[i], row, line)) continue;
    if (beyond_++ != 0) continue;
    first_row_ = row;
    first_line_ = line;
    first_told_ = expected.size() == 1 ? "" : "value " + std::to_string(i) + ": ";
    first_told_ += "expected ";
    first_told_ += expected[i].kind == ExpectedValue::Kind::nothing ? "null" : expected[i].text;
    first_told_ += ", got " + told(results[i]);
  }
}

}  // namespace pelton::app
