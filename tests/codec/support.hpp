#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/feature_table.hpp"
#include "codec/native_json.hpp"
#include "math/row_buffer.hpp"
#include "model/schema.hpp"

namespace pelton::codec {

/// A body as the http room hands it over: in its own allocation, so that a sanitizer sees a read
/// beyond the padding, and the padding full of what would go on with a number or a string.
class PaddedBody {
 public:
  explicit PaddedBody(std::string_view text, char padding = '7')
      : size_(text.size()), bytes_(new char[text.size() + kReadPadding]) {
    if (!text.empty()) std::memcpy(bytes_.get(), text.data(), text.size());
    std::memset(bytes_.get() + size_, padding, kReadPadding);
  }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

inline model::Schema schema_of(std::vector<model::Feature> features) {
  model::Schema schema;
  schema.features = std::move(features);
  schema.outputs[static_cast<std::size_t>(model::Method::predict)] = model::OutputSpec{.name = "predict"};
  return schema;
}

/// Unnamed float64 features.
inline model::Schema numbered(std::size_t features) { return schema_of(std::vector<model::Feature>(features)); }

/// Named float64 features.
inline model::Schema named(const std::vector<std::string>& names) {
  std::vector<model::Feature> features;
  for (const std::string& name : names) features.push_back({.name = name});
  return schema_of(std::move(features));
}

inline std::vector<double> values_from(const math::RowBuffer& rows, std::size_t first) {
  const math::ConstMatrix all = rows.view();
  return {all.data + first * all.cols, all.data + all.rows * all.cols};
}

/// Categories whose names are hashed, whole numbers as they are spelled among them.
class HashedNames final : public model::Categories {
 public:
  static double hash(std::string_view name) noexcept {
    double hash = 0.5;
    for (const char c : name) hash = hash * 3 + c;
    return hash;
  }
  std::optional<double> number(std::string_view name) const noexcept override { return hash(name); }
  bool numbers_are_names() const noexcept override { return true; }
  const std::vector<std::string>& names() const noexcept override { return names_; }

 private:
  std::vector<std::string> names_;
};

/// A category that is told by a hash, and a number.
inline model::Schema with_hashed_names(bool takes_missing = false) {
  return schema_of({{.name = "color", .takes_missing = takes_missing, .categories = std::make_shared<HashedNames>()},
                    {.name = "size"}});
}

/// A feature of text, of which "red" is 0, "12" is 1, and any other −1; a number; and one that is 5 or 7.
inline model::Schema with_text(bool takes_missing = false, bool takes_unknown = true) {
  const std::vector<std::pair<std::string, double>> names{{"red", 0}, {"12", 1}};
  const auto unknown = takes_unknown ? std::optional<double>(-1) : std::nullopt;
  return schema_of({{.name = "color",
                     .type = model::ElementType::string,
                     .takes_missing = takes_missing,
                     .categories = model::make_numbered_categories(names, unknown)},
                    {.name = "size"},
                    {.name = "kind",
                     .type = model::ElementType::int64,
                     .allowed = std::make_shared<const std::vector<double>>(std::vector<double>{5, 7})}});
}

/// `pointer: detail` of every field error, a line each.
inline std::vector<std::string> told(const Problem& problem) {
  std::vector<std::string> lines;
  for (const FieldError& error : problem.errors) {
    lines.push_back(error.pointer.empty() ? error.detail : error.pointer + ": " + error.detail);
  }
  return lines;
}

}  // namespace pelton::codec
