#include "formats/catboost/features.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/utf8.hpp"
#include "formats/catboost/city_hash.hpp"
#include "formats/catboost/members.hpp"

namespace pelton::formats::catboost {

namespace {

using core::ErrorCode;
using document::Kind;
using document::Reader;

class HashedCategories final : public model::Categories {
 public:
  explicit HashedCategories(std::vector<std::string> names) : names_(std::move(names)) {}
  std::optional<double> number(std::string_view name) const noexcept override {
    return static_cast<double>(category_hash(name));
  }
  const std::vector<std::string>& names() const noexcept override { return names_; }
  bool numbers_are_names() const noexcept override { return true; }

 private:
  std::vector<std::string> names_;
};

bool read_name(Reader& reader, std::string& name) {
  std::string_view text;
  if (!reader.read_string(text)) return false;
  if (!core::is_utf8(text)) return reader.fail("a feature's name is not UTF-8");
  name = text;
  return true;
}

/// One element of float_features or categorical_features.
bool read_column(Reader& reader, const Limits& limits, std::unordered_map<std::uint32_t, FeaturesInfo::Column>& to,
                 std::uint32_t& columns) {
  FeaturesInfo::Column column;
  std::optional<std::uint32_t> index, flat;
  bool has_nans = false;
  std::string treatment;
  if (!reader.enter_object()) return false;
  for (std::string_view name; reader.next_member(name);) {
    if (name == "feature_index") {
      read_index(reader, limits.features, index);
    } else if (name == "flat_feature_index") {
      read_index(reader, limits.features, flat);
    } else if (name == "feature_id" || (name == "feature_name" && column.name.empty())) {
      read_name(reader, column.name);
    } else if (name == "has_nans") {
      reader.read_bool(has_nans);
    } else if (name == "nan_value_treatment") {
      read_name(reader, treatment);
    } else {
      reader.skip();
    }
  }
  if (reader.failed()) return false;
  if (!index || !flat) return reader.fail("a feature has no feature_index or no flat_feature_index");
  if (!treatment.empty() && treatment != "AsIs" && treatment != "AsFalse" && treatment != "AsTrue") {
    return reader.fail(ErrorCode::unsupported, "nan_value_treatment is none of AsIs, AsFalse, AsTrue");
  }
  // catboost/libs/model/cpu/quantization.h: what is not said to occur is compared as it is.
  column.nan_is_greatest = has_nans && treatment == "AsTrue";
  column.flat = *flat;
  columns = std::max(columns, *flat + 1);
  if (!to.emplace(*index, std::move(column)).second) return reader.fail("a feature_index is there twice");
  return true;
}

bool read_columns(Reader& reader, const Limits& limits, std::unordered_map<std::uint32_t, FeaturesInfo::Column>& to,
                  std::uint32_t& columns) {
  if (reader.kind() == Kind::null) return reader.read_null();
  if (!reader.enter_array()) return false;
  while (reader.next_element() && read_column(reader, limits, to, columns)) {
  }
  return !reader.failed();
}

/// [{"hash": 123, "value": "red"}, …]
bool read_hashes(Reader& reader, const Limits& limits, std::vector<std::string>& names) {
  if (reader.kind() == Kind::null) return reader.read_null();
  if (!reader.enter_array()) return false;
  while (reader.next_element() && reader.enter_object()) {
    for (std::string_view name; reader.next_member(name);) {
      if (name != "value") {
        reader.skip();
      } else if (names.size() == limits.messages) {
        reader.fail(ErrorCode::too_large, "there are too many names of categories");
      } else {
        read_name(reader, names.emplace_back());
      }
    }
  }
  return !reader.failed();
}

/// A list that has to be empty.
bool refuse(Reader& reader, std::string_view what) {
  if (reader.kind() == Kind::null) return reader.read_null();
  if (!reader.enter_array()) return false;
  if (!reader.next_element()) return !reader.failed();
  return reader.fail(ErrorCode::unsupported, "the model looks at " + std::string(what) +
                                                 ", which Pelton does not compute; it takes numbers and one-hot "
                                                 "categories (one_hot_max_size)");
}

/// Whether no two features stand in one column of a row.
bool check_columns(Reader& reader, const FeaturesInfo& info) {
  std::vector<bool> taken(info.columns, false);
  for (const auto* columns : {&info.floats, &info.categorical}) {
    for (const auto& [index, column] : *columns) {
      if (taken[column.flat]) return reader.fail("two features stand in column " + std::to_string(column.flat));
      taken[column.flat] = true;
    }
  }
  return true;
}

}  // namespace

bool read_features_info(Reader& reader, const Limits& limits, FeaturesInfo& info) {
  if (!reader.enter_object()) return false;
  for (std::string_view name; reader.next_member(name);) {
    if (name == "float_features") {
      read_columns(reader, limits, info.floats, info.columns);
    } else if (name == "categorical_features") {
      read_columns(reader, limits, info.categorical, info.columns);
    } else if (name == "cat_features_hash") {
      read_hashes(reader, limits, info.categories);
    } else if (name == "ctrs") {
      refuse(reader, "statistics of categorical features (ctrs)");
    } else if (name == "text_features") {
      refuse(reader, "text features");
    } else if (name == "embedding_features") {
      refuse(reader, "embedding features");
    } else if (name == "estimated_features") {
      refuse(reader, "estimated features");
    } else {
      reader.skip();
    }
  }
  return !reader.failed() && check_columns(reader, info);
}

std::vector<model::Feature> make_features(const FeaturesInfo& info) {
  std::vector<model::Feature> features(info.columns);
  for (const auto& [index, column] : info.floats) {
    features[column.flat] = {.name = column.name, .type = model::ElementType::float32, .takes_missing = true};
  }
  const auto categories = std::make_shared<const HashedCategories>(info.categories);
  for (const auto& [index, column] : info.categorical) {
    features[column.flat] = {.name = column.name, .categories = categories};
  }
  // Names for all of them, or for none.
  std::unordered_set<std::string_view> names;
  for (const model::Feature& feature : features) {
    if (!feature.name.empty()) names.insert(feature.name);
  }
  if (names.size() == features.size()) return features;
  for (model::Feature& feature : features) feature.name.clear();
  return features;
}

}  // namespace pelton::formats::catboost
