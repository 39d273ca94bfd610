#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "formats/document/reader.hpp"
#include "formats/options.hpp"
#include "model/schema.hpp"

namespace pelton::formats::catboost {

/// `features_info`: which columns of a row trees look at.
struct FeaturesInfo {
  struct Column {
    std::uint32_t flat = 0;        ///< column of the row
    std::string name;              ///< empty where it has none
    bool nan_is_greatest = false;  ///< NaN is above every border; otherwise below
  };
  std::unordered_map<std::uint32_t, Column> floats;       ///< by the number that splits name them by
  std::unordered_map<std::uint32_t, Column> categorical;  ///< the same
  std::vector<std::string> categories;                    ///< names of all categorical features' values, if told
  std::uint32_t columns = 0;
};

/// Reads the value of `features_info`. Features that Pelton does not carry out (text, embeddings,
/// statistics of categories) are a fault of kind unsupported that names them.
bool read_features_info(document::Reader& reader, const Limits& limits, FeaturesInfo& info);

/// The columns of a row as a schema has them. A category is told by its name: text is hashed as
/// CatBoost does.
std::vector<model::Feature> make_features(const FeaturesInfo& info);

}  // namespace pelton::formats::catboost
