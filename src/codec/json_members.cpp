#include "codec/json_members.hpp"

#include "core/suggest.hpp"

namespace pelton::codec {

void JsonMembers::report(std::string_view name, bool known) {
  errors_.report([&] {
    std::string pointer(pointer_);
    append_pointer(pointer, name);
    return FieldError{std::move(pointer), known
                                              ? "the name is given twice"
                                              : "unknown member " + in_quotes(name) + core::did_you_mean(name, names_)};
  });
}

bool refuse_value(JsonCursor& cursor, std::string_view pointer, std::string_view expected, FieldErrors& errors) {
  const JsonKind kind = cursor.kind();
  if (!cursor.skip_value()) return false;
  errors.report([&] {
    return FieldError{std::string(pointer), std::string(expected).append(", got ").append(describe(kind))};
  });
  return true;
}

}  // namespace pelton::codec
