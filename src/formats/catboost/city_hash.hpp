#pragma once

#include <cstdint>
#include <string_view>

namespace pelton::formats::catboost {

/// CityHash64 as its version 1.0 had it (Pike and Alakuijala, 2011); later versions differ. CatBoost
/// names categories by its low 32 bits.
std::uint64_t city_hash64(std::string_view text) noexcept;

/// The number that stands for a category: catboost/libs/cat_feature/cat_feature.cpp.
inline std::uint32_t category_hash(std::string_view name) noexcept {
  return static_cast<std::uint32_t>(city_hash64(name));
}

}  // namespace pelton::formats::catboost
