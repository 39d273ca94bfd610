#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "codec/native_json.hpp"
#include "core/utf8.hpp"
#include "require.hpp"

namespace pelton::fuzz {

/// Features of every kind: a number, a text, a category; or two without names; or one; or those of a map, which may be
/// left out, beside one that may not.
enum class Features { named, unnamed, one, map };

inline model::Schema schema_of(Features features) {
  model::Schema schema;
  if (features == Features::named) {
    schema.features = {
        {.name = "a"},
        {.name = "b", .type = model::ElementType::string},
        {.name = "c", .takes_missing = true, .categories = model::make_categories({"red", "blue"}, true)}};
  } else if (features == Features::map) {
    schema.features = {{.name = "a", .optional = true},
                       {.name = "b", .type = model::ElementType::string},
                       {.name = "c", .type = model::ElementType::float32, .optional = true}};
  } else {
    schema.features.resize(features == Features::one ? 1 : 2);
  }
  schema.outputs[0] = model::OutputSpec{};
  schema.outputs[2] = model::OutputSpec{.name = "decision_function", .width = 2, .scalar = false};
  return schema;
}

/// The features of every kind of model that rows are read for.
inline const std::array<codec::FeatureTable, 4>& all_features() {
  static const std::array<codec::FeatureTable, 4> tables{
      codec::FeatureTable(schema_of(Features::named)), codec::FeatureTable(schema_of(Features::unnamed)),
      codec::FeatureTable(schema_of(Features::one)), codec::FeatureTable(schema_of(Features::map))};
  return tables;
}

/// A copy of the input with the padding that readers may look at, which is filled with the input's last byte: what
/// stands behind a body must not matter.
class Body {
 public:
  Body(const std::uint8_t* data, std::size_t size) : size_(size), bytes_(new char[size + codec::kReadPadding]) {
    if (size != 0) std::memcpy(bytes_.get(), data, size);
    std::memset(bytes_.get() + size, size == 0 ? '0' : data[size - 1], codec::kReadPadding);
  }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

/// Reads the body with `read(target, request)`, behind another caller's row, and requires what every reader
/// promises: whole rows or none, at most twenty errors, told in UTF-8, texts that can be read, and memory that the
/// body's own size justifies.
template <class Request, class Read>
void check_reader(std::string_view body, const codec::FeatureTable& features, Read&& read) {
  math::RowBuffer rows(features.width());
  std::fill_n(rows.append_row(), features.width(), 0);
  const double other = rows.put_text("another caller's");
  Request request;
  const core::Result<void, codec::Problem> outcome =
      read(codec::RowTarget{features, rows, {.max_rows = 1000}}, request);
  if (outcome) {
    require(request.rows > 0 && request.first_row == 1 && rows.rows() == 1 + request.rows);
    for (std::size_t r = 1; r < rows.rows(); ++r) {
      for (const std::size_t text : features.text_features())
        require(core::is_utf8(core::text_of(rows.view()(r, text))));
    }
  } else {
    const codec::Problem& problem = outcome.error();
    require(rows.rows() == 1 && problem.errors.size() <= codec::kMaxFieldErrors);
    require(problem.status == 400 || problem.status == 413 || problem.status == 422);
    require(core::is_utf8(codec::told_in_full(problem)));
  }
  require(rows.capacity_bytes() < 64 * (body.size() + 4096));
  require(core::text_of(other) == "another caller's");
}

}  // namespace pelton::fuzz
