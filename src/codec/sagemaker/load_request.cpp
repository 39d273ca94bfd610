#include "codec/sagemaker/load_request.hpp"

#include <array>
#include <optional>

#include "codec/json_members.hpp"

namespace pelton::codec {

namespace {

enum Member : std::size_t { kName, kUrl };
const std::array<std::string, 2> kMembers{"model_name", "url"};

/// The path that a URL means, or why it means none.
std::optional<std::string> take_scheme_off(std::string& url) {
  constexpr std::string_view kFile = "file://";
  if (url.starts_with(kFile)) url.erase(0, kFile.size());
  if (url.find("://") != std::string::npos) return "models are loaded from local files only, got " + in_quotes(url);
  if (url.find('\0') != std::string::npos) return "a path holds no NUL";
  if (!url.starts_with('/')) return "expected an absolute path, got " + in_quotes(url);
  return std::nullopt;
}

}  // namespace

core::Result<LoadRequest, Problem> read_load_request(std::string_view body) {
  LoadRequest request;
  FieldErrors errors;
  std::string scratch;
  JsonCursor cursor(body);
  if (cursor.kind() != JsonKind::object) {
    const bool read = refuse_value(cursor, {}, "expected an object with \"model_name\" and \"url\"", errors);
    return read && cursor.finish() ? errors.take_problem() : cursor.problem();
  }
  JsonMembers members(cursor, kMembers, {}, errors, scratch);
  const bool read = members.read([&](std::size_t member) {
    const std::string place = "/" + kMembers[member];
    if (cursor.kind() != JsonKind::string) return refuse_value(cursor, place, "expected a string", errors);
    std::string_view text;
    if (!cursor.read_string(text, scratch)) return false;
    (member == kName ? request.name : request.path) = text;
    std::optional<std::string> complaint;
    if (member == kUrl) complaint = take_scheme_off(request.path);
    if (member == kName && text.empty()) complaint = "expected a name, got an empty string";
    if (complaint) errors.report([&] { return FieldError{place, std::move(*complaint)}; });
    return true;
  });
  if (!read || !cursor.finish()) return cursor.problem();
  for (const Member member : {kName, kUrl}) {
    if (members.has(member)) continue;
    errors.report([&] { return FieldError{{}, "the member " + in_quotes(kMembers[member]) + " is missing"}; });
  }
  if (!errors.empty()) return errors.take_problem();
  return request;
}

}  // namespace pelton::codec
