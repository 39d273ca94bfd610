#include "codec/row_writer.hpp"

#include <cassert>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "codec/result_writer.hpp"
#include "core/text_store.hpp"

namespace pelton::codec {

namespace {

/// The name of the category that is told by `value`, or null.
const std::string* category_name(const model::Categories& categories, double value) {
  for (const std::string& name : categories.names()) {
    if (categories.number(name) == std::optional(value)) return &name;
  }
  return nullptr;
}

}  // namespace

void append_cell(core::TextBuffer& out, const model::Feature& feature, double value) {
  if (feature.is_text()) {
    const std::string_view text = core::text_of(value);
    return text.empty() && feature.takes_missing ? out.append("null") : core::append_json_string(out, text);
  }
  if (std::isnan(value)) return out.append("null");
  if (feature.categories != nullptr) {
    if (const std::string* name = category_name(*feature.categories, value)) {
      return core::append_json_string(out, *name);
    }
  }
  // A number that names a category is whole, and so is one within 2^53 where the type says so.
  const bool is_name = feature.categories != nullptr && feature.categories->numbers_are_names();
  if (!is_name && feature.type == model::ElementType::boolean) return out.append(value != 0 ? "true" : "false");
  const bool whole = is_name || feature.type == model::ElementType::int64;
  if (whole && value == std::trunc(value) && std::fabs(value) < 0x1p63) {
    return out.append_integer(static_cast<std::int64_t>(value));
  }
  feature.type == model::ElementType::float32 ? append_number(out, static_cast<float>(value))
                                              : append_number(out, value);
}

void append_listed_row(core::TextBuffer& out, const model::Schema& schema, const double* row) {
  out.append('[');
  for (std::size_t i = 0; i < schema.features.size(); ++i) {
    if (i != 0) out.append(',');
    append_cell(out, schema.features[i], row[i]);
  }
  out.append(']');
}

void append_named_row(core::TextBuffer& out, const model::Schema& schema, const double* row) {
  assert(schema.named());
  for (std::size_t i = 0; i < schema.features.size(); ++i) {
    out.append(i == 0 ? '{' : ',');
    core::append_json_string(out, schema.features[i].name);
    out.append(':');
    append_cell(out, schema.features[i], row[i]);
  }
  out.append('}');
}

}  // namespace pelton::codec
