#pragma once

#include <string>
#include <vector>

#include "formats/document/reader.hpp"
#include "formats/options.hpp"

namespace pelton::formats::xgboost {

/// Reads `cats` (XGBoost 3.1 and later): for each feature the names of its categories in the order of
/// their numbers, none where it is not categorical. Categories that are whole numbers have those as names.
bool read_categories(document::Reader& reader, const Limits& limits, std::vector<std::vector<std::string>>& names);

}  // namespace pelton::formats::xgboost
