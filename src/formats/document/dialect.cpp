#include "formats/document/dialect.hpp"

#include <array>

#include "formats/document/json_reader.hpp"
#include "formats/document/ubjson_reader.hpp"

namespace pelton::formats::document {

namespace {

struct Sign {
  std::string_view member;
  Dialect dialect;
};

/// First-level members that only one library's models have.
constexpr std::array kSigns{
    Sign{"learner", Dialect::xgboost},
    // What Python's pickle holds of a Booster.
    Sign{"Config", Dialect::xgboost},
    Sign{"Model", Dialect::xgboost},
    Sign{"oblivious_trees", Dialect::catboost},
    Sign{"trees", Dialect::catboost},
    Sign{"features_info", Dialect::catboost},
    Sign{"model_info", Dialect::catboost},
    Sign{"ctr_data", Dialect::catboost},
    Sign{"scale_and_bias", Dialect::catboost},
};

Dialect dialect_of(Reader& reader) {
  if (!reader.enter_object()) return Dialect::none;
  for (std::string_view name; reader.next_member(name); reader.skip()) {
    for (const Sign& sign : kSigns) {
      if (sign.member == name) return sign.dialect;
    }
  }
  return Dialect::none;
}

}  // namespace

Dialect json_dialect(std::string_view text) noexcept {
  JsonReader reader(text);
  return reader.kind() == Kind::object ? dialect_of(reader) : Dialect::none;
}

Dialect ubjson_dialect(std::string_view bytes) noexcept {
  UbjsonReader reader(bytes);
  return reader.kind() == Kind::object ? dialect_of(reader) : Dialect::none;
}

}  // namespace pelton::formats::document
