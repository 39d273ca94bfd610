#include "formats/catboost/model_info.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "core/utf8.hpp"
#include "formats/catboost/members.hpp"

namespace pelton::formats::catboost {

namespace {

using core::ErrorCode;
using document::Kind;
using document::Reader;

/// A whole number as such, another as text.
model::Label number_label(double value) {
  constexpr double kMostExact = 9007199254740992;  // 2^53
  if (std::fabs(value) <= kMostExact && std::trunc(value) == value) return static_cast<std::int64_t>(value);
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return std::string(text.data(), end);
}

bool read_label(Reader& reader, model::Label& label) {
  switch (reader.kind()) {
    case Kind::string: {
      std::string_view text;
      if (!reader.read_string(text)) return false;
      if (!core::is_utf8(text)) return reader.fail("a class's name is not UTF-8");
      label = std::string(text);
      return true;
    }
    case Kind::boolean: {
      bool truth = false;
      if (!reader.read_bool(truth)) return false;
      label = std::int64_t{truth ? 1 : 0};
      return true;
    }
    default: {
      double value = 0;
      if (!reader.read_double(value)) return false;
      label = number_label(value);
      return true;
    }
  }
}

bool read_class_names(Reader& reader, const Limits& limits, std::vector<model::Label>& names) {
  names.clear();
  if (!reader.enter_array()) return false;
  while (reader.next_element()) {
    if (names.size() == limits.classes) return reader.fail(ErrorCode::too_large, "there are too many classes");
    if (!read_label(reader, names.emplace_back())) return false;
  }
  return !reader.failed();
}

/// Whole numbers, which files may write as 1.0.
bool read_class_indices(Reader& reader, const Limits& limits, std::vector<std::uint32_t>& indices) {
  std::vector<double> values;
  if (!reader.read_numbers(values, limits.classes)) return false;
  indices.clear();
  for (const double value : values) {
    if (!(value >= 0 && value < static_cast<double>(limits.classes)) || std::trunc(value) != value) {
      return reader.fail("class_to_label has an entry that is no index of a class");
    }
    indices.push_back(static_cast<std::uint32_t>(value));
  }
  return true;
}

bool read_class_params(Reader& reader, const Limits& limits, ModelInfo& info) {
  if (reader.kind() != Kind::object) return reader.skip();  // an empty text: there are none
  info.classifies = true;
  if (!reader.enter_object()) return false;
  for (std::string_view name; reader.next_member(name);) {
    if (name == "class_names") {
      read_class_names(reader, limits, info.class_names);
    } else if (name == "class_to_label") {
      read_class_indices(reader, limits, info.class_to_label);
    } else if (name == "classes_count") {
      std::optional<std::uint32_t> count;
      if (read_index(reader, limits.classes + 1, count)) info.classes_count = *count;
    } else {
      reader.skip();
    }
  }
  return !reader.failed();
}

/// `params` holds everything that was set for training; of it, the loss function's name.
bool read_params(Reader& reader, ModelInfo& info) {
  if (reader.kind() != Kind::object) return reader.skip();
  if (!reader.enter_object()) return false;
  for (std::string_view name; reader.next_member(name);) {
    if (name != "loss_function" || reader.kind() != Kind::object) {
      reader.skip();
      continue;
    }
    if (!reader.enter_object()) return false;
    for (std::string_view part; reader.next_member(part);) {
      std::string_view type;
      if (part != "type") {
        reader.skip();
      } else if (reader.read_string(type)) {
        info.loss = type;
      }
    }
  }
  return !reader.failed();
}

bool read_threshold(Reader& reader, double& threshold) {
  if (reader.kind() == Kind::string) {
    std::string_view text;
    if (!reader.read_string(text)) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threshold);
    if (error != std::errc() || end != text.data() + text.size()) threshold = -1;
  } else if (!reader.read_double(threshold)) {
    return false;
  }
  if (threshold >= 0 && threshold <= 1) return true;
  return reader.fail("is no probability");
}

}  // namespace

bool read_model_info(Reader& reader, const Limits& limits, ModelInfo& info) {
  if (!reader.enter_object()) return false;
  for (std::string_view name; reader.next_member(name);) {
    if (name == "class_params" || name == "multiclass_params") {
      read_class_params(reader, limits, info);
    } else if (name == "params") {
      read_params(reader, info);
    } else if (name == "binclass_probability_threshold") {
      read_threshold(reader, info.threshold);
    } else {
      reader.skip();
    }
  }
  return !reader.failed();
}

}  // namespace pelton::formats::catboost
