#include "api/described/openapi.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "codec/result_writer.hpp"

namespace pelton::api {

namespace {

using codec::ObjectWriter;

/// Writes an object whose names are not the program's own.
class NamedObject {
 public:
  explicit NamedObject(core::TextBuffer& out) : out_(out) { out_.append('{'); }
  core::TextBuffer& member(std::string_view name) {
    if (!first_) out_.append(',');
    first_ = false;
    core::append_json_string(out_, name);
    out_.append(':');
    return out_;
  }
  void finish() { out_.append('}'); }

 private:
  core::TextBuffer& out_;
  bool first_ = true;
};

template <class Range, class Write>
void append_list(core::TextBuffer& out, const Range& range, Write&& write) {
  out.append('[');
  bool first = true;
  for (const auto& item : range) {
    if (!first) out.append(',');
    first = false;
    write(item);
  }
  out.append(']');
}

void append_contents(core::TextBuffer& out, const std::vector<Content>& contents) {
  NamedObject object(out);
  for (const Content& content : contents) {
    ObjectWriter media(object.member(content.media_type));
    if (!content.schema.empty()) media.raw("schema", content.schema);
    if (!content.example.empty()) media.raw("example", content.example);
    media.finish();
  }
  object.finish();
}

void append_parameter(core::TextBuffer& out, const Parameter& parameter) {
  ObjectWriter object(out);
  object.text("name", parameter.name).text("in", parameter.in_path ? "path" : "query");
  object.text("description", parameter.description);
  if (parameter.in_path) object.raw("required", "true");
  object.raw("schema", parameter.schema);
  if (!parameter.example.empty()) object.text("example", parameter.example);
  object.finish();
}

void append_reply(core::TextBuffer& out, const Reply& reply) {
  ObjectWriter object(out);
  object.text("description", reply.description);
  if (!reply.headers.empty()) {
    NamedObject headers(object.member("headers"));
    for (const std::string& name : reply.headers) {
      headers.member(name).append(R"({"required":true,"schema":{"type":"string"}})");
    }
    headers.finish();
  }
  if (!reply.contents.empty()) append_contents(object.member("content"), reply.contents);
  object.finish();
}

std::string_view verb_name(http::Verb verb) noexcept {
  switch (verb) {
    case http::Verb::get: return "get";
    case http::Verb::put: return "put";
    case http::Verb::del: return "delete";
    case http::Verb::patch: return "patch";
    default: return "post";
  }
}

void append_operation(core::TextBuffer& out, const Operation& operation) {
  ObjectWriter object(out);
  append_list(object.member("tags"), std::vector{operation.tag},
              [&](const std::string& tag) { core::append_json_string(out, tag); });
  object.text("operationId", operation.id).text("summary", operation.summary);
  if (!operation.description.empty()) object.text("description", operation.description);
  if (!operation.parameters.empty()) {
    append_list(object.member("parameters"), operation.parameters,
                [&](const Parameter& parameter) { append_parameter(out, parameter); });
  }
  if (!operation.bodies.empty()) {
    ObjectWriter body(object.member("requestBody"));
    body.raw("required", operation.body_required ? "true" : "false");
    append_contents(body.member("content"), operation.bodies);
    body.finish();
  }
  NamedObject replies(object.member("responses"));
  for (const Reply& reply : operation.replies) append_reply(replies.member(std::to_string(reply.status)), reply);
  replies.finish();
  object.finish();
}

/// Operations by path, in the order in which the paths came first.
void append_paths(core::TextBuffer& out, const std::vector<Operation>& operations) {
  std::vector<const Operation*> ordered;
  for (const Operation& operation : operations) ordered.push_back(&operation);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Operation* a, const Operation* b) { return a->path < b->path; });
  NamedObject paths(out);
  for (std::size_t i = 0; i < ordered.size();) {
    ObjectWriter item(paths.member(ordered[i]->path));
    const std::string& path = ordered[i]->path;
    for (; i < ordered.size() && ordered[i]->path == path; ++i) {
      append_operation(item.member(verb_name(ordered[i]->verb)), *ordered[i]);
    }
    item.finish();
  }
  paths.finish();
}

}  // namespace

void append_openapi(core::TextBuffer& out, const Description& description) {
  ObjectWriter root(out);
  root.text("openapi", "3.1.0");
  ObjectWriter info(root.member("info"));
  info.text("title", "Pelton").text("version", PELTON_VERSION);
  info.text("description", "Predictions of the models that are loaded.");
  info.finish();
  root.raw("servers", R"([{"url":"/"}])");
  append_list(root.member("tags"), description.tags(), [&](const auto& tag) {
    ObjectWriter object(out);
    object.text("name", tag.first).text("description", tag.second);
    object.finish();
  });
  append_paths(root.member("paths"), description.operations());
  ObjectWriter components(root.member("components"));
  NamedObject schemas(components.member("schemas"));
  for (const auto& [name, schema] : description.components()) schemas.member(name).append(schema);
  schemas.finish();
  components.finish();
  root.finish();
}

}  // namespace pelton::api
