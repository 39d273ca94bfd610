#include "api/described/postman.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "codec/result_writer.hpp"

namespace pelton::api {

namespace {

using codec::ObjectWriter;

bool is_json(const Content& content) { return content.media_type == "application/json"; }

/// The body that is sent, or null.
const Content* example_body(const Operation& operation) {
  for (const Content& body : operation.bodies) {
    if (is_json(body) && !body.example.empty()) return &body;
  }
  return nullptr;
}

/// Whether a request is sent by a collection that is run: nothing is to be changed by it, it has an answer that is no
/// error, and all that it needs is known.
bool can_be_sent(const Operation& operation) {
  if (operation.changes_server) return false;
  if (std::none_of(operation.replies.begin(), operation.replies.end(),
                   [](const Reply& reply) { return reply.status / 100 == 2; })) {
    return false;
  }
  if (operation.body_required && !operation.bodies.empty() && example_body(operation) == nullptr) return false;
  return std::all_of(operation.parameters.begin(), operation.parameters.end(),
                     [](const Parameter& parameter) { return !parameter.in_path || !parameter.example.empty(); });
}

/// A list of objects, one for each item that `write` does not pass over.
template <class Range, class Write>
void append_objects(core::TextBuffer& out, const Range& range, Write&& write) {
  out.append('[');
  bool first = true;
  for (const auto& item : range) {
    if (!first) out.append(',');
    first = false;
    ObjectWriter object(out);
    write(object, item);
    object.finish();
  }
  out.append(']');
}

std::vector<Parameter> of_place(const Operation& operation, bool in_path) {
  std::vector<Parameter> some;
  std::copy_if(operation.parameters.begin(), operation.parameters.end(), std::back_inserter(some),
               [&](const Parameter& parameter) { return parameter.in_path == in_path; });
  return some;
}

/// The path's segments as Postman writes them; a parameter that is not a whole segment is filled in.
std::vector<std::string> segments(const Operation& operation, std::vector<Parameter>& variables) {
  std::vector<std::string> found;
  for (std::size_t at = 1; at <= operation.path.size();) {
    const std::size_t end = std::min(operation.path.find('/', at), operation.path.size());
    std::string segment = operation.path.substr(at, end - at);
    for (auto each = variables.begin(); each != variables.end(); ++each) {
      const std::string marked = "{" + each->name + "}";
      if (segment == marked) {
        segment = ":" + each->name;
        break;
      }
      if (const std::size_t place = segment.find(marked); place != std::string::npos) {
        segment.replace(place, marked.size(), each->example);
        variables.erase(each);
        break;
      }
    }
    found.push_back(std::move(segment));
    at = end + 1;
  }
  return found;
}

void append_url(core::TextBuffer& out, const Operation& operation) {
  std::vector<Parameter> variables = of_place(operation, true);
  const std::vector<std::string> path = segments(operation, variables);
  std::string raw = "{{baseUrl}}";
  for (const std::string& segment : path) raw.append("/").append(segment);
  ObjectWriter url(out);
  url.text("raw", raw).raw("host", R"(["{{baseUrl}}"])");
  core::TextBuffer& list = url.member("path");
  for (std::size_t i = 0; i < path.size(); ++i) {
    list.append(i == 0 ? '[' : ',');
    core::append_json_string(list, path[i]);
  }
  list.append(']');
  if (const auto options = of_place(operation, false); !options.empty()) {
    append_objects(url.member("query"), options, [](ObjectWriter& object, const Parameter& option) {
      object.text("key", option.name).text("value", option.example).text("description", option.description);
      object.raw("disabled", "true");
    });
  }
  if (!variables.empty()) {
    append_objects(url.member("variable"), variables, [](ObjectWriter& object, const Parameter& variable) {
      object.text("key", variable.name).text("value", variable.example).text("description", variable.description);
    });
  }
  url.finish();
}

/// JSON text in which Postman finds no `{{variable}}` of its own: two braces come together in strings only.
std::string without_variables(std::string json) {
  for (std::size_t at = 0; (at = json.find("{{", at)) != std::string::npos;) json.replace(at, 2, "{\\u007b");
  return json;
}

void append_request(core::TextBuffer& out, const Operation& operation) {
  ObjectWriter request(out);
  request.text("method", to_string(operation.verb));
  const Content* const body = example_body(operation);
  request.raw("header", body != nullptr ? R"([{"key":"Content-Type","value":"application/json"}])" : "[]");
  append_url(request.member("url"), operation);
  if (body != nullptr) {
    ObjectWriter sent(request.member("body"));
    sent.text("mode", "raw")
        .text("raw", without_variables(body->example))
        .raw("options", R"({"raw":{"language":"json"}})");
    sent.finish();
  }
  if (!operation.description.empty()) request.text("description", operation.description);
  request.finish();
}

/// What Postman runs when the answer is there: is it one that is told, and is it what the example says?
std::vector<std::string> test_lines(const Operation& operation) {
  const auto good = std::find_if(operation.replies.begin(), operation.replies.end(),
                                 [](const Reply& reply) { return reply.status / 100 == 2; });
  if (good == operation.replies.end()) return {};
  const std::string status = std::to_string(good->status);
  std::vector<std::string> lines{"pm.test('answers " + status + "', () => pm.response.to.have.status(" + status +
                                 "));"};
  const auto content = std::find_if(good->contents.begin(), good->contents.end(),
                                    [](const Content& each) { return is_json(each) && !each.example.empty(); });
  if (content != good->contents.end() && example_body(operation) != nullptr) {
    lines.push_back("pm.test('gives the result', () => pm.expect(pm.response.json()).to.eql(" + content->example +
                    "));");
  }
  return lines;
}

void append_item(ObjectWriter& item, const Operation& operation) {
  item.text("name", operation.summary);
  append_request(item.member("request"), operation);
  item.raw("response", "[]");
  const std::vector<std::string> lines = test_lines(operation);
  if (lines.empty()) return;
  core::TextBuffer& event = item.member("event");
  event.append(R"([{"listen":"test","script":{"type":"text/javascript","exec":)");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    event.append(i == 0 ? '[' : ',');
    core::append_json_string(event, lines[i]);
  }
  event.append("]}}]");
}

/// A group of operations, of those that can be sent.
struct Folder {
  std::string name;
  std::string text;
  std::vector<Operation> sent;
};

/// All groups in which there is something to send.
std::vector<Folder> folders(const Description& description) {
  std::vector<Folder> all;
  for (const auto& [name, text] : description.tags()) {
    Folder folder{name, text, {}};
    for (const Operation& operation : description.operations()) {
      if (operation.tag == name && can_be_sent(operation)) folder.sent.push_back(operation);
    }
    if (!folder.sent.empty()) all.push_back(std::move(folder));
  }
  return all;
}

}  // namespace

void append_postman(core::TextBuffer& out, const Description& description, std::string_view base_url) {
  ObjectWriter root(out);
  ObjectWriter info(root.member("info"));
  info.text("name", "Pelton").text("description", "Predictions of the models that are loaded.");
  info.text("schema", "https://schema.getpostman.com/json/collection/v2.1.0/collection.json");
  info.finish();
  append_objects(root.member("item"), folders(description), [](ObjectWriter& object, const Folder& folder) {
    object.text("name", folder.name).text("description", folder.text);
    append_objects(object.member("item"), folder.sent, append_item);
  });
  append_objects(root.member("variable"), std::vector{base_url}, [](ObjectWriter& variable, std::string_view url) {
    variable.text("key", "baseUrl").text("value", url).text("type", "string");
  });
  root.finish();
}

}  // namespace pelton::api
