#include "codec/predict_request.hpp"

#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "codec/decimal.hpp"
#include "codec/field_errors.hpp"
#include "codec/rows_mark.hpp"
#include "core/suggest.hpp"

namespace pelton::codec {

namespace {

constexpr double kMaxTimeoutMs = 24.0 * 3600 * 1000;

using Complaint = std::optional<std::string>;

/// The whole of `text` as an unsigned integer; as in JSON, 3.0 and 3e0 are 3.
std::optional<std::uint32_t> whole_number(std::string_view text) {
  const char* const end = text.data() + text.size();
  const ScannedNumber number = scan_number_exactly(text.data(), end);
  const bool fits = number.fault == NumberFault::none && number.end == end && number.value >= 0 &&
                    number.value <= std::numeric_limits<std::uint32_t>::max() &&
                    number.value == std::trunc(number.value);
  if (!fits) return std::nullopt;
  return static_cast<std::uint32_t>(number.value);
}

Complaint read_method(std::string_view value, const FeatureTable& features, PredictOptions& options) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const model::Method method : model::kAllMethods) all.emplace_back(model::to_string(method));
    return all;
  }();
  options.method = model::parse_method(value);
  if (!options.method) {
    return "unknown method " + in_quotes(value) + core::did_you_mean(value, names) +
           " (this model offers: " + features.offered_names() + ")";
  }
  if (!features.offers(*options.method)) {
    return "this model does not offer " + std::string(value) + " (it offers: " + features.offered_names() + ")";
  }
  return std::nullopt;
}

Complaint read_explain(std::string_view value, PredictOptions& options) {
  const std::string_view digits = value.starts_with("top") ? value.substr(3) : value;
  const std::optional<std::uint32_t> top = whole_number(digits);
  if (!top || *top == 0) return "expected how many contributions, such as \"top3\" or 3, got " + in_quotes(value);
  options.explain_top = *top;
  return std::nullopt;
}

Complaint read_timeout(std::string_view value, PredictOptions& options) {
  const char* const end = value.data() + value.size();
  const ScannedNumber number = scan_number_exactly(value.data(), end);
  const bool fits =
      number.fault == NumberFault::none && number.end == end && number.value > 0 && number.value <= kMaxTimeoutMs;
  if (!fits) return "expected a number of milliseconds above 0 and up to a day (86400000), got " + in_quotes(value);
  // Up: a timeout must not become none.
  options.timeout = std::chrono::ceil<core::Duration>(std::chrono::duration<double, std::milli>(number.value));
  return std::nullopt;
}

Complaint read_priority(std::string_view value, PredictOptions& options) {
  const std::optional<std::uint32_t> priority = whole_number(value);
  if (!priority || *priority > kMaxPriority) {
    return "expected an integer from 0 (the default) or 1 (first) to 100 (last), got " + in_quotes(value);
  }
  options.priority = priority;
  return std::nullopt;
}

Complaint read_text(std::string_view value, std::string_view& option) {
  if (value.empty()) return "expected a name, got an empty string";
  option = value;
  return std::nullopt;
}

}  // namespace

OptionOutcome read_option(std::string_view name, std::string_view value, const FeatureTable& features,
                          PredictOptions& options) {
  if (name == "method") return {true, read_method(value, features, options)};
  if (name == "explain") return {true, read_explain(value, options)};
  if (name == "model") return {true, read_text(value, options.model)};
  if (name == "version") return {true, read_text(value, options.version)};
  if (name == "timeout_ms") return {true, read_timeout(value, options)};
  if (name == "priority") return {true, read_priority(value, options)};
  return {false, std::nullopt};
}

std::size_t copy_rows(const math::RowBuffer& from, std::size_t first, math::RowBuffer& to,
                      const FeatureTable& features) {
  assert(from.cols() == features.width() && to.cols() == features.width() && &from != &to);
  return to.append_from(from, first, from.rows() - first, features.text_features());
}

}  // namespace pelton::codec
