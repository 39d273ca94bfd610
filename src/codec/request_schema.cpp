#include "codec/request_schema.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "codec/feature_table.hpp"
#include "codec/result_writer.hpp"

namespace pelton::codec {

namespace {

/// Categories are listed by name while they are this few; a longer list serves nobody.
constexpr std::size_t kMostListed = 1000;

/// What a feature takes but for names of categories, as a schema: the same rules as `misfit` and
/// `category_of_literal`.
void append_plain_schema(core::TextBuffer& out, const model::Feature& feature) {
  const std::string_view or_null = feature.takes_missing ? R"(,"null"])" : "]";
  if (feature.is_text()) {
    out.append(R"({"type":["string")");
    out.append(or_null);
    out.append('}');
    return;
  }
  if (numbers_are_names(feature)) {
    out.append(R"({"type":["integer")");
    out.append(or_null);
    out.append(R"(,"minimum":-9223372036854775808,"maximum":9223372036854775807})");
    return;
  }
  if (feature.allowed != nullptr && feature.type == model::ElementType::int64 &&
      feature.allowed->size() <= kMostListed) {
    out.append(R"({"enum":[)");
    for (std::size_t i = 0; i < feature.allowed->size(); ++i) {
      if (i != 0) out.append(',');
      out.append(std::to_string(static_cast<std::int64_t>((*feature.allowed)[i])));
    }
    out.append("]}");
    return;
  }
  switch (feature.type) {
    case model::ElementType::float64:
      out.append(R"({"type":["number")");
      out.append(or_null);
      break;
    case model::ElementType::float32:
      out.append(R"({"type":["number")");
      out.append(or_null);
      // Half a step beyond the greatest float: from there on a double rounds to infinity.
      out.append(R"(,"exclusiveMinimum":-3.4028235677973366e+38,"exclusiveMaximum":3.4028235677973366e+38)");
      break;
    case model::ElementType::int64:
      out.append(R"({"type":["integer")");
      out.append(or_null);
      out.append(R"(,"minimum":-9007199254740992,"maximum":9007199254740992)");
      break;
    case model::ElementType::boolean:
      out.append(R"({"enum":[true,false,0,1)");
      out.append(feature.takes_missing ? ",null]" : "]");
      break;
    case model::ElementType::string: break;
  }
  out.append('}');
}

/// Whether names that are not among the categories are taken, as missing values.
bool takes_any_name(const model::Categories& categories) {
  std::string unknown = "?";
  for (const std::string& name : categories.names()) {
    if (name.size() >= unknown.size()) unknown.assign(name.size() + 1, '?');
  }
  return categories.number(unknown).has_value();
}

/// What a feature takes: a number or a text, or the name of a category where it has some.
void append_value_schema(core::TextBuffer& out, const model::Feature& feature) {
  if (feature.categories == nullptr) return append_plain_schema(out, feature);
  const std::vector<std::string>& names = feature.categories->names();
  std::string_view separator;
  const auto choice = [&] {
    out.append(separator);
    separator = ",";
  };
  out.append(R"({"anyOf":[)");
  if (feature.type != model::ElementType::string || numbers_are_names(feature)) {
    choice();
    append_plain_schema(out, feature);
  } else if (feature.takes_missing) {
    choice();
    out.append(R"({"type":"null"})");
  }
  const bool listed = !names.empty() && names.size() <= kMostListed;
  if (listed) {
    choice();
    for (std::size_t i = 0; i < names.size(); ++i) {
      out.append(i == 0 ? std::string_view(R"({"enum":[)") : ",");
      core::append_json_string(out, names[i]);
    }
    out.append("]}");
  }
  if (!listed || takes_any_name(*feature.categories)) {
    choice();
    out.append(R"({"type":"string"})");
  }
  out.append("]}");
}

bool alike(const model::Feature& a, const model::Feature& b) {
  return a.type == b.type && a.takes_missing == b.takes_missing && a.categories == b.categories &&
         a.allowed == b.allowed;
}

void append_listed_row(core::TextBuffer& out, const model::Schema& schema) {
  const auto& features = schema.features;
  const bool uniform = !features.empty() && std::all_of(features.begin(), features.end(), [&](const auto& feature) {
    return alike(feature, features.front());
  });
  ObjectWriter row(out);
  row.raw("type", R"("array")");
  if (uniform) {
    append_value_schema(row.member("items"), features.front());
  } else {
    core::TextBuffer& items = row.member("prefixItems");
    items.append('[');
    for (std::size_t i = 0; i < features.size(); ++i) {
      if (i != 0) items.append(',');
      append_value_schema(items, features[i]);
    }
    items.append(']');
    row.raw("items", "false");
  }
  row.integer("minItems", features.size()).integer("maxItems", features.size());
  row.finish();
}

void append_named_row(core::TextBuffer& out, const model::Schema& schema) {
  ObjectWriter row(out);
  row.raw("type", R"("object")");
  core::TextBuffer& properties = row.member("properties");
  for (std::size_t i = 0; i < schema.features.size(); ++i) {
    properties.append(i == 0 ? '{' : ',');
    core::append_json_string(properties, schema.features[i].name);
    properties.append(':');
    append_value_schema(properties, schema.features[i]);
  }
  properties.append('}');
  core::TextBuffer& required = row.member("required");
  required.append('[');
  std::string_view separator;
  bool any_name = false;
  for (const model::Feature& feature : schema.features) {
    any_name = any_name || feature.optional;
    if (feature.optional) continue;
    required.append(std::exchange(separator, ","));
    core::append_json_string(required, feature.name);
  }
  required.append(']');
  row.raw("additionalProperties", any_name ? "true" : "false");
  row.finish();
}

void append_methods(core::TextBuffer& out, const model::Schema& schema) {
  out.append(R"({"enum":[)");
  bool first = true;
  for (const model::Method method : model::kAllMethods) {
    if (!schema.output(method)) continue;
    if (!first) out.append(',');
    first = false;
    core::append_json_string(out, model::to_string(method));
  }
  out.append("]}");
}

/// The members of a request body's schema.
void append_body_members(ObjectWriter& body, std::string_view row, const model::Schema& schema) {
  body.raw("type", R"("object")").raw("required", R"(["x"])").raw("additionalProperties", "false");
  ObjectWriter members(body.member("properties"));
  core::TextBuffer& x = members.member("x");
  x.append(R"({"description":"one row, or a list of rows","anyOf":[{"$ref":)");
  core::append_json_string(x, row);
  x.append(R"(},{"type":"array","minItems":1,"items":{"$ref":)");
  core::append_json_string(x, row);
  x.append("}}]}");
  append_methods(members.member("method"), schema);
  members.raw("model", R"({"type":"string","minLength":1})");
  members.raw("version", R"({"anyOf":[{"type":"integer","minimum":0},{"type":"string","minLength":1}]})");
  members.raw("timeout_ms", R"({"type":"number","exclusiveMinimum":0,"maximum":86400000})");
  members.raw("priority", R"({"type":"integer","minimum":0,"maximum":100})");
  members.raw("id", R"({"description":"given back with the result","type":["string","integer"],"maxLength":256})");
  members.finish();
}

}  // namespace

void append_request_schema(core::TextBuffer& out, std::string_view id, std::string_view title,
                           const model::Schema& schema) {
  ObjectWriter root(out);
  root.raw("$schema", R"("https://json-schema.org/draft/2020-12/schema")").text("$id", id).text("title", title);
  append_body_members(root, "#/$defs/row", schema);
  ObjectWriter definitions(root.member("$defs"));
  definitions.raw("row", schema.named() ? R"({"anyOf":[{"$ref":"#/$defs/listed_row"},{"$ref":"#/$defs/named_row"}]})"
                                        : R"({"$ref":"#/$defs/listed_row"})");
  append_listed_row(definitions.member("listed_row"), schema);
  if (schema.named()) append_named_row(definitions.member("named_row"), schema);
  definitions.finish();
  root.finish();
}

void append_row_schema(core::TextBuffer& out, const model::Schema& schema) {
  if (!schema.named()) return append_listed_row(out, schema);
  out.append(R"({"anyOf":[)");
  append_listed_row(out, schema);
  out.append(',');
  append_named_row(out, schema);
  out.append("]}");
}

void append_body_schema(core::TextBuffer& out, std::string_view row, const model::Schema& schema) {
  ObjectWriter body(out);
  append_body_members(body, row, schema);
  body.finish();
}

}  // namespace pelton::codec
