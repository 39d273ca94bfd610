#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/document/reader.hpp"

namespace pelton::formats::xgboost {

/// A parameter that is a count: a number, or as XGBoost writes it, a string that spells one.
bool read_count(document::Reader& reader, std::int64_t& count);

/// base_score in any of its spellings: a number, a string that spells one, a list of them (one an
/// output), or a string that spells such a list, in brackets or parentheses. At most `most` numbers.
bool read_base_scores(document::Reader& reader, std::vector<float>& scores, std::size_t most);

}  // namespace pelton::formats::xgboost
