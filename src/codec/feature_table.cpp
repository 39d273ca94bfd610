#include "codec/feature_table.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <system_error>

#include "codec/field_errors.hpp"
#include "core/suggest.hpp"
#include "core/text_buffer.hpp"

namespace pelton::codec {

namespace {

constexpr double kGreatestWhole = 9007199254740992.0;  // 2^53

/// Names are compared with a mistyped one only while all of them together are this short: a caller
/// must not make the server compare at length.
constexpr std::size_t kSuggestedBytes = 16 * 1024;

/// FNV-1a, 64 bits: names are few and short, and come from the model, not from callers.
std::uint64_t hash_of(std::string_view name) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash ^ hash >> 32;
}

/// The greatest double that rounds to a finite value of the type; negative where a look is needed.
double unseen_limit_of(model::ElementType type) noexcept {
  switch (type) {
    case model::ElementType::float64: return std::numeric_limits<double>::max();
    case model::ElementType::float32: return std::nextafter(0x1.ffffffp127, 0.0);
    case model::ElementType::int64:
    case model::ElementType::boolean:
    case model::ElementType::string: break;
  }
  return -1;
}

/// Whether names may be compared with a mistyped one.
bool few(const std::vector<std::string>& names) noexcept {
  std::size_t bytes = 0;
  for (const std::string& name : names) {
    bytes += name.size() + 1;
    if (bytes > kSuggestedBytes) return false;
  }
  return true;
}

std::string shortest(double value) {
  core::TextBuffer text;
  core::append_json_number(text, value);
  return std::string(text.view());
}

core::Result<double, std::string> category_of_integer(const model::Feature& feature, std::int64_t number) {
  char name[std::numeric_limits<std::int64_t>::digits10 + 2];
  const char* const end = std::to_chars(std::begin(name), std::end(name), number).ptr;
  return category_number(feature, {name, static_cast<std::size_t>(end - name)});
}

/// What is wrong with a value of a feature that takes some values only, or nothing.
std::optional<std::string> not_allowed(const std::vector<double>& allowed, double value) {
  if (std::binary_search(allowed.begin(), allowed.end(), std::trunc(value))) return std::nullopt;
  constexpr std::size_t kMostTold = 20;
  std::string complaint = shortest(value) + " is none of the values the model knows";
  for (std::size_t i = 0; i < std::min(kMostTold, allowed.size()); ++i) {
    complaint.append(i == 0 ? ": " : ", ").append(std::to_string(static_cast<std::int64_t>(allowed[i])));
  }
  return allowed.size() > kMostTold ? complaint + ", \u2026" : complaint;
}

/// What a row holds for a feature that it leaves out; nothing where it must not.
std::optional<double> left_out_value(const model::Feature& feature) {
  if (!feature.optional) return std::nullopt;
  return feature.is_word() ? feature.categories->number({}) : 0.0;
}

}  // namespace

FeatureTable::FeatureTable(const model::Schema& schema)
    : features_(schema.features), named_(schema.named()), names_columns_(schema.names_columns()) {
  for (const model::Feature& feature : features_) {
    if (feature.is_text()) text_features_.push_back(limits_.size());
    if (const auto left_out = left_out_value(feature)) optional_.push_back({limits_.size(), *left_out});
    const bool looked_at = numbers_are_names(feature) || feature.allowed != nullptr;
    limits_.push_back(looked_at ? -1 : unseen_limit_of(feature.type));
  }
  for (const model::Method method : model::kAllMethods) {
    if (!schema.output(method)) continue;
    offered_ |= 1U << static_cast<unsigned>(method);
    if (!offered_names_.empty()) offered_names_ += ", ";
    offered_names_ += model::to_string(method);
  }
  if (!named_) return;
  slots_.resize(std::bit_ceil(features_.size() * 2));
  for (std::size_t i = 0; i < features_.size(); ++i) {
    names_.push_back(features_[i].name);
    std::size_t slot = hash_of(names_[i]) & (slots_.size() - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = static_cast<std::uint32_t>(i + 1);
  }
  suggests_ = few(names_);
}

std::string FeatureTable::suggestion(std::string_view unknown) const {
  return suggests_ ? core::did_you_mean(unknown, names_) : std::string();
}

std::size_t FeatureTable::look_up(std::string_view name) const noexcept {
  if (slots_.empty()) return width();
  std::size_t slot = hash_of(name) & (slots_.size() - 1);
  for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const std::size_t i = slots_[slot] - 1;
    if (names_[i] == name) return i;
  }
  return width();
}

std::optional<std::string> misfit(const model::Feature& feature, double value) {
  if (std::isnan(value)) {
    if (feature.takes_missing && feature.allowed == nullptr) return std::nullopt;
    return std::string("expected ").append(noun_of(feature)).append(": the model does not take missing values here");
  }
  if (feature.type == model::ElementType::string && !numbers_are_names(feature)) {
    return std::string("expected ").append(noun_of(feature)).append(", got a number");
  }
  if (std::isinf(value)) {
    return numbers_are_names(feature) ? "expected a category: text or a whole number" : "expected a finite number";
  }
  switch (feature.type) {
    case model::ElementType::float32:
      if (std::isinf(static_cast<float>(value))) {
        return shortest(value) + " is out of range: the model's feature is a 32-bit float";
      }
      break;
    case model::ElementType::int64:
      if (value != std::trunc(value)) return "expected an integer, got " + shortest(value);
      if (std::fabs(value) > kGreatestWhole) {
        return shortest(value) + " is out of range: integers are taken up to 2^53 (9007199254740992)";
      }
      break;
    case model::ElementType::boolean:
      if (value != 0 && value != 1) return "expected true or false, got " + shortest(value);
      break;
    case model::ElementType::float64:
    case model::ElementType::string: break;
  }
  if (feature.allowed != nullptr) return not_allowed(*feature.allowed, value);
  return std::nullopt;
}

std::string_view noun_of(const model::Feature& feature) noexcept {
  if (numbers_are_names(feature)) return "a category";
  if (feature.is_text()) return "a text";
  switch (feature.type) {
    case model::ElementType::string: return "the name of a category";
    case model::ElementType::boolean: return "true or false";
    case model::ElementType::float32:
    case model::ElementType::float64:
    case model::ElementType::int64: break;
  }
  return "a number";
}

core::Result<double, std::string> category_number(const model::Feature& feature, std::string_view name) {
  assert(feature.categories != nullptr);
  if (const std::optional<double> number = feature.categories->number(name)) return *number;
  const std::vector<std::string>& known = feature.categories->names();
  std::string complaint = "unknown category " + in_quotes(name);
  if (few(known)) complaint += core::did_you_mean(name, known);
  return complaint;
}

core::Result<double, std::string> category_of_literal(const model::Feature& feature, std::string_view literal) {
  std::int64_t number = 0;
  const char* const end = literal.data() + literal.size();
  const auto [stop, failure] = std::from_chars(literal.data(), end, number);
  if (stop != end) {
    return "expected a category: text or a whole number, got " + std::string(shortened(literal)) +
           "; in quotes it names a category";
  }
  if (failure != std::errc())
    return std::string("the number is out of range: beyond 64 bits; in quotes it names a category");
  return category_of_integer(feature, number);
}

core::Result<double, std::string> category_of_value(const model::Feature& feature, double value, int digits) {
  if (value != std::trunc(value)) return "expected a category, told by a whole number, got " + shortest(value);
  if (std::fabs(value) >= std::ldexp(1.0, digits)) {
    return shortest(value) + " is out of range: categories are told by floats below 2^" + std::to_string(digits);
  }
  return category_of_integer(feature, static_cast<std::int64_t>(value));
}

}  // namespace pelton::codec
