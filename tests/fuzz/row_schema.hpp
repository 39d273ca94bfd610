#pragma once

#include "model/schema.hpp"

namespace pelton::fuzz {

/// What rows are read for: a number, and a category or a text.
inline model::Schema row_schema(bool texts) {
  model::Schema schema;
  schema.features = {{.name = "a"}, {.name = "b", .takes_missing = true}};
  if (texts) {
    schema.features[1].type = model::ElementType::string;
  } else {
    schema.features[1].categories = model::make_categories({"red", "1"}, false);
  }
  schema.outputs[0] = model::OutputSpec{};
  return schema;
}

}  // namespace pelton::fuzz
