#pragma once

#include <string_view>

namespace pelton::formats::document {

/// Which library's model a JSON or UBJSON document is.
enum class Dialect { none, xgboost, catboost };

/// Told from the names of the document's first-level members, in whatever order they stand: the first
/// that one library alone writes decides. Looks no further than that member; `none` where there is
/// no such member or the text before it is no JSON (UBJSON).
Dialect json_dialect(std::string_view text) noexcept;
Dialect ubjson_dialect(std::string_view bytes) noexcept;

}  // namespace pelton::formats::document
