#include "codec/result_schema.hpp"

#include <cassert>
#include <string>

#include "codec/result_writer.hpp"

namespace pelton::codec {

namespace {

/// Labels are listed while they are this few.
constexpr std::size_t kMostListed = 1000;

void append_label_schema(core::TextBuffer& out, const model::Schema& schema) {
  if (schema.classes.empty() || schema.classes.size() > kMostListed) {
    out.append(R"({"type":["integer","string","null"]})");
    return;
  }
  out.append(R"({"enum":[)");
  for (const model::Label& label : schema.classes) {
    append_label(out, label);
    out.append(',');
  }
  out.append("null]}");
}

/// NaN and infinities are null.
void append_value_schema(core::TextBuffer& out, const model::Schema& schema, const model::OutputSpec& output) {
  if (output.labelled) return append_label_schema(out, schema);
  switch (output.type) {
    case model::ElementType::int64: return out.append(R"({"type":["integer","null"]})");
    case model::ElementType::boolean: return out.append(R"({"type":"boolean"})");
    case model::ElementType::float32:
    case model::ElementType::float64:
    case model::ElementType::string: return out.append(R"({"type":["number","null"]})");
  }
}

}  // namespace

void append_result_schema(core::TextBuffer& out, const model::Schema& schema, model::Method method) {
  assert(schema.output(method));
  const ResultWriter writer(schema, method);
  // A list a level, outermost first, of as many items as the level within makes of it.
  std::size_t width = writer.width();
  std::size_t depth = 0;
  const auto enter = [&](std::size_t items) {
    const std::string count = std::to_string(items);
    out.append(R"({"type":"array","minItems":)");
    out.append(count);
    out.append(R"(,"maxItems":)");
    out.append(count);
    out.append(R"(,"items":)");
    ++depth;
  };
  for (const std::size_t group : writer.groups()) {
    enter(width / group);
    width = group;
  }
  if (!writer.scalar()) enter(width);
  append_value_schema(out, schema, *schema.output(method));
  for (; depth != 0; --depth) out.append('}');
}

}  // namespace pelton::codec
