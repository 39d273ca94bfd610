#include "formats/onnx/attachments.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "core/utf8.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::string_view kGolden = "pelton.golden";
constexpr std::string_view kTolerance = "pelton.golden.tolerance";
constexpr std::string_view kBaseline = "pelton.baseline";
constexpr std::array kKeys{kGolden, kTolerance, kBaseline};

std::string_view value_of(const ModelProto& model, std::string_view key) {
  const auto& entries = model.metadata_props;
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.key == key; });
  return at == entries.end() ? std::string_view() : at->value;
}

std::optional<double> parse_tolerance(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = failure == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 && value <= 1 ? std::optional(value) : std::nullopt;
}

Error in_key(std::string_view key, ErrorCode code, const std::string& what) {
  return {code, "metadata \"" + std::string(key) + "\" " + what};
}

}  // namespace

core::Result<void> check_attachments(const ModelProto& model, const Limits& limits) {
  for (const std::string_view key : kKeys) {
    const auto& entries = model.metadata_props;
    const auto count =
        std::count_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.key == key; });
    if (count > 1) return in_key(key, ErrorCode::malformed, "is given twice");
    const std::string_view value = value_of(model, key);
    if (value.size() > limits.attachment_bytes) {
      return in_key(key, ErrorCode::too_large,
                    "has " + std::to_string(value.size()) + " bytes; at most " +
                        std::to_string(limits.attachment_bytes) + " are read");
    }
    if (!core::is_utf8(value)) return in_key(key, ErrorCode::malformed, "is not UTF-8");
    if (key == kTolerance && count == 1 && !parse_tolerance(value)) {
      return in_key(key, ErrorCode::malformed, "is not a number from 0 to 1");
    }
  }
  return {};
}

model::Attachments attachments_of(const ModelProto& model) {
  return {.golden = std::string(value_of(model, kGolden)),
          .tolerance = parse_tolerance(value_of(model, kTolerance)),
          .baseline = std::string(value_of(model, kBaseline))};
}

}  // namespace pelton::formats::onnx
