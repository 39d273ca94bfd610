#include "formats/lightgbm/header.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "core/utf8.hpp"
#include "formats/lightgbm/numbers.hpp"

namespace pelton::formats::lightgbm {

namespace {

using core::Error;
using core::ErrorCode;

enum Key : std::size_t {
  kVersion,
  kNumClass,
  kTreesPerIteration,
  kMaxFeature,
  kObjective,
  kAverage,
  kNames,
  kInfos,
  kTreeSizes,
  kKeys
};
constexpr std::array<std::string_view, kKeys> kNamesOfKeys{"version",         "num_class",     "num_tree_per_iteration",
                                                           "max_feature_idx", "objective",     "average_output",
                                                           "feature_names",   "feature_infos", "tree_sizes"};

using Fields = std::array<Line, kKeys>;

core::Result<Fields> read_fields(Lines& lines) {
  Fields fields;
  for (Line line; lines.peek(line); lines.skip()) {
    if (line.key == "Tree" || line.text == "end of trees") break;
    const auto key = std::find(kNamesOfKeys.begin(), kNamesOfKeys.end(), line.key);
    if (key == kNamesOfKeys.end()) continue;
    Line& field = fields[static_cast<std::size_t>(key - kNamesOfKeys.begin())];
    if (field.number != 0) return fault(line, "is there twice, on line " + std::to_string(field.number) + " too");
    field = line;
  }
  for (const Key needed : {kVersion, kNumClass, kMaxFeature, kNames}) {
    if (fields[needed].number == 0) {
      return Error(ErrorCode::malformed, "has no " + std::string(kNamesOfKeys[needed]) + " before its first tree");
    }
  }
  return fields;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return parts;
    parts.push_back(text.substr(0, text.find(' ')));
    text.remove_prefix(parts.back().size());
  }
}

core::Result<void> read_features(const Fields& fields, const Limits& limits, Header& header) {
  std::size_t last = 0;
  if (!read_number(fields[kMaxFeature].value, last)) {
    return fault(fields[kMaxFeature], quoted(fields[kMaxFeature].value) + " is no index of a feature");
  }
  if (last >= limits.features) {
    return fault(fields[kMaxFeature], ErrorCode::too_large,
                 "more features than the " + std::to_string(limits.features) + " that are read");
  }
  const auto right_count = [&](const Line& line, std::size_t found) -> core::Result<void> {
    if (found == last + 1) return {};
    return fault(line, "has " + std::to_string(found) + " entries for " + std::to_string(last + 1) + " features");
  };
  const std::vector<std::string_view> names = split(fields[kNames].value);
  if (auto right = right_count(fields[kNames], names.size()); !right) return right;
  std::unordered_set<std::string_view> known;
  for (const std::string_view name : names) {
    if (!core::is_utf8(name)) return fault(fields[kNames], "a name is not UTF-8");
    if (!known.insert(name).second) return fault(fields[kNames], "two features are called " + quoted(name));
    header.feature_names.emplace_back(name);
  }
  if (fields[kInfos].number == 0) return {};
  header.infos = split(fields[kInfos].value);
  return right_count(fields[kInfos], header.infos.size());
}

core::Result<void> read_margins(const Fields& fields, const Limits& limits, Header& header) {
  const auto classes = read_number<std::size_t>(fields[kNumClass], 1, limits.classes);
  if (!classes) return classes.error();
  header.trees_per_iteration = *classes;
  if (const Line& line = fields[kTreesPerIteration]; line.number != 0) {
    const auto trees = read_number<std::size_t>(line, 1, limits.classes);
    if (!trees) return trees.error();
    header.trees_per_iteration = *trees;
  }
  header.objective.name = "custom";
  const Line& line = fields[kObjective];
  if (line.number == 0) return {};
  auto objective = read_objective(line);
  if (!objective) return objective.error();
  if (objective->margins != 0 && objective->margins != header.trees_per_iteration) {
    return fault(line, "takes " + std::to_string(objective->margins) + " margins, and the trees give " +
                           std::to_string(header.trees_per_iteration));
  }
  header.objective = std::move(*objective);
  return {};
}

}  // namespace

core::Result<Header> read_header(Lines& lines, const Limits& limits) {
  const auto fields = read_fields(lines);
  if (!fields) return fields.error();
  Header header;
  header.version = (*fields)[kVersion].value;
  if (header.version != "v2" && header.version != "v3" && header.version != "v4") {
    return fault((*fields)[kVersion], ErrorCode::unsupported, quoted(header.version) + " is none of v2, v3, v4");
  }
  if (auto read = read_features(*fields, limits, header); !read) return read.error();
  if (auto read = read_margins(*fields, limits, header); !read) return read.error();
  header.average_output = (*fields)[kAverage].number != 0;
  if (const Line& sizes = (*fields)[kTreeSizes]; sizes.number != 0) {
    const std::string_view list = sizes.value;
    std::size_t count = 0;
    for (std::size_t i = 0; i < list.size(); ++i) count += list[i] != ' ' && (i == 0 || list[i - 1] == ' ') ? 1 : 0;
    header.trees = count;
  }
  return header;
}

}  // namespace pelton::formats::lightgbm
