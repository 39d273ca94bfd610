#include "formats/lightgbm/pandas_categories.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "core/utf8.hpp"
#include "formats/document/json_reader.hpp"
#include "formats/lightgbm/numbers.hpp"

namespace pelton::formats::lightgbm {

namespace {

using core::Error;
using core::ErrorCode;
using document::JsonReader;
using Names = std::vector<std::string>;

constexpr std::string_view kPandas = "pandas_categorical:";

/// What stands behind the trees and is of use here.
struct Trailer {
  Line pandas;
  std::optional<std::vector<std::size_t>> declared;  ///< the features that are categorical, by the parameters
};

/// "[categorical_feature: 1,2,5]": indices only, or nothing is known.
std::optional<std::vector<std::size_t>> read_declared(std::string_view text, std::size_t features) {
  constexpr std::string_view kKey = "[categorical_feature: ";
  if (!text.starts_with(kKey) || !text.ends_with(']')) return std::nullopt;
  text = text.substr(kKey.size(), text.size() - kKey.size() - 1);
  std::vector<std::size_t> declared;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::size_t index = 0;
    if (!read_number(text.substr(0, comma), index) || index >= features) return std::nullopt;
    declared.push_back(index);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  std::sort(declared.begin(), declared.end());
  declared.erase(std::unique(declared.begin(), declared.end()), declared.end());
  return declared;
}

core::Result<Trailer> read_trailer(Lines& lines, std::size_t features) {
  Trailer trailer;
  bool within = false;
  for (Line line; lines.next(line);) {
    if (line.text == "parameters:") within = true;
    if (line.text == "end of parameters") within = false;
    if (within && !trailer.declared) trailer.declared = read_declared(line.text, features);
    if (!within && line.text.starts_with(kPandas)) trailer.pandas = line;
  }
  if (within) return Error(ErrorCode::malformed, "ends within its parameters");
  return trailer;
}

/// One category's name: a string, or a number or boolean as it is written.
bool read_name(JsonReader& reader, std::string_view text, std::string& name) {
  const document::Kind kind = reader.kind();
  if (kind == document::Kind::string) {
    std::string_view read;
    if (!reader.read_string(read)) return false;
    if (!core::is_utf8(read)) return reader.fail("is not UTF-8");
    name = read;
    return true;
  }
  if (kind != document::Kind::number && kind != document::Kind::boolean) {
    return reader.fail("a category is a string, a number or a boolean");
  }
  const std::size_t from = reader.position();
  bool truth = false;
  double value = 0;
  if (!(kind == document::Kind::boolean ? reader.read_bool(truth) : reader.read_double(value))) return false;
  name = text.substr(from, reader.position() - from);
  return true;
}

core::Result<std::vector<Names>> read_lists(const Line& line, const Limits& limits) {
  const std::string_view text = line.text.substr(kPandas.size());
  JsonReader reader(text);
  std::vector<Names> lists;
  std::size_t total = 0;
  if (reader.kind() == document::Kind::null) {
    reader.read_null();
  } else if (reader.enter_array()) {
    while (reader.next_element() && reader.enter_array()) {
      Names& names = lists.emplace_back();
      while (reader.next_element() && read_name(reader, text, names.emplace_back())) {
        if (++total > limits.messages) reader.fail(ErrorCode::too_large, "there are too many categories");
      }
    }
  }
  if (!reader.finish()) {
    return reader.error().within("line " + std::to_string(line.number) + ", pandas_categorical");
  }
  return lists;
}

/// Whether the values that training saw of a feature ("none", "[0:2]", "-1:2:0") can be codes of so
/// many categories.
bool can_hold(std::string_view info, std::size_t categories) {
  if (info == "none") return true;
  const bool range = info.starts_with('[') && info.ends_with(']');
  if (range) info = info.substr(1, info.size() - 2);
  while (!info.empty()) {
    const std::size_t colon = std::min(info.find(':'), info.size());
    std::int64_t code = 0;
    if (!read_number(info.substr(0, colon), code) || code < (range ? 0 : -1)) return false;
    if (code >= static_cast<std::int64_t>(categories)) return false;
    info.remove_prefix(std::min(colon + 1, info.size()));
  }
  return true;
}

bool is_categorical(std::string_view info) { return info.find(':') != std::string_view::npos && info.front() != '['; }

/// Finds the columns that lists of categories belong to.
class Matching {
 public:
  Matching(const Header& header, const std::vector<Names>& lists) : header_(header), lists_(lists) {}

  /// One feature a list, ascending; nothing where more than one way is possible.
  std::optional<std::vector<std::size_t>> find(const std::optional<std::vector<std::size_t>>& declared) const {
    if (header_.infos.empty()) return std::nullopt;
    std::vector<std::size_t> categorical;
    if (declared) {
      categorical = *declared;
    } else {
      for (std::size_t f = 0; f < header_.infos.size(); ++f) {
        if (is_categorical(header_.infos[f])) categorical.push_back(f);
      }
    }
    if (fits(categorical)) return categorical;
    // The leftmost and the rightmost way to place the lists: the same, or there are several.
    const auto leftmost = place(false);
    return leftmost == place(true) ? leftmost : std::nullopt;
  }

 private:
  bool holds(std::size_t feature, std::size_t list) const {
    return can_hold(header_.infos[feature], lists_[list].size());
  }
  bool fits(const std::vector<std::size_t>& features) const {
    if (features.size() != lists_.size()) return false;
    for (std::size_t i = 0; i < features.size(); ++i) {
      if (!holds(features[i], i)) return false;
    }
    return true;
  }
  std::optional<std::vector<std::size_t>> place(bool from_right) const {
    std::vector<std::size_t> features(lists_.size());
    std::size_t placed = 0;
    for (std::size_t i = 0; i < header_.infos.size() && placed < lists_.size(); ++i) {
      const std::size_t feature = from_right ? header_.infos.size() - 1 - i : i;
      const std::size_t list = from_right ? lists_.size() - 1 - placed : placed;
      if (!holds(feature, list)) continue;
      features[list] = feature;
      ++placed;
    }
    if (placed < lists_.size()) return std::nullopt;
    return features;
  }

  const Header& header_;
  const std::vector<Names>& lists_;
};

bool all_differ(const Names& names) {
  return std::unordered_set<std::string_view>(names.begin(), names.end()).size() == names.size();
}

}  // namespace

core::Result<FeatureCategories> read_pandas_categories(Lines& lines, const Header& header, const Limits& limits) {
  const auto trailer = read_trailer(lines, header.feature_names.size());
  if (!trailer) return trailer.error();
  if (trailer->pandas.number == 0) return FeatureCategories();
  auto lists = read_lists(trailer->pandas, limits);
  if (!lists) return lists.error();
  FeatureCategories categories;
  const auto features = Matching(header, *lists).find(trailer->declared);
  if (!features) return categories;
  for (std::size_t i = 0; i < lists->size(); ++i) {
    if (all_differ((*lists)[i])) categories.emplace_back((*features)[i], std::move((*lists)[i]));
  }
  return categories;
}

}  // namespace pelton::formats::lightgbm
