#include "codec/v2/control_requests.hpp"

#include <algorithm>
#include <string>

#include "codec/v2/parameters.hpp"

namespace pelton::codec::v2 {

namespace {

/// Reads an object; a body of nothing but white space is as good as an empty one.
template <class Visit>
core::Result<void, Problem> read_object(std::string_view body, Visit&& visit) {
  JsonCursor cursor(body);
  if (cursor.peek() == '\0' && cursor.finish()) return {};
  cursor = JsonCursor(body);
  FieldErrors errors;
  std::string scratch;
  MemberReader members(cursor, scratch, errors);
  const bool read = members.each("", "an object", [&](std::string_view name) { return visit(name, members); });
  if (!read || !cursor.finish()) return cursor.problem();
  if (!errors.empty()) return errors.take_problem();
  return {};
}

std::string pointer_to(std::string_view name) {
  std::string pointer;
  append_pointer(pointer, name);
  return pointer;
}

/// Whether the value is the setting's as it stands; a list of one is as good as the one.
bool stands(const Parameter& value, std::string_view setting) {
  if (value.kind == JsonKind::null) return true;
  std::string literal(value.literal);
  std::erase_if(literal, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
  const auto bare = [](std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    if (text.starts_with('"') && text.ends_with('"') && text.size() > 1) text = text.substr(1, text.size() - 2);
    return text;
  };
  return bare(literal) == bare(setting);
}

}  // namespace

core::Result<bool, Problem> read_index_request(std::string_view body) {
  bool ready = false;
  const auto read = read_object(body, [&](std::string_view name, MemberReader& members) {
    const bool wanted = name == "ready";
    Parameter value;
    if (!members.read(value)) return false;
    if (wanted && value.kind != JsonKind::boolean) members.report("/ready", "expected true or false");
    if (wanted) ready = value.is_true();
    return true;
  });
  if (!read) return read.error();
  return ready;
}

core::Result<void, Problem> read_load_request(std::string_view body) {
  return read_object(body, [](std::string_view name, MemberReader& members) {
    if (name != "parameters") {
      Parameter value;
      return members.read(value);
    }
    return members.skip_null() || members.each("/parameters", "an object of parameters", [&](std::string_view of) {
      const std::string parameter(of);
      Parameter value;
      if (!members.read(value)) return false;
      if (value.kind != JsonKind::null && (parameter == "config" || parameter.starts_with("file:"))) {
        members.report("/parameters" + pointer_to(parameter),
                       "models are loaded as they lie in the repository: a configuration or files of your own "
                       "are not supported");
      }
      return true;
    });
  });
}

core::Result<void, Problem> read_settings(std::string_view body, std::span<const FixedSetting> settings,
                                          std::string_view reason) {
  return read_object(body, [&](std::string_view sent, MemberReader& members) {
    const std::string name(sent);
    Parameter value;
    if (!members.read(value)) return false;
    const auto known = std::find_if(settings.begin(), settings.end(),
                                    [&](const FixedSetting& setting) { return setting.name == name; });
    if (known == settings.end()) {
      members.report(pointer_to(name), "unknown setting");
    } else if (!stands(value, known->value)) {
      members.report(pointer_to(name), reason);
    }
    return true;
  });
}

}  // namespace pelton::codec::v2
