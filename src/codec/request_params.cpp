#include "codec/request_params.hpp"

#include <array>
#include <span>

#include "codec/json_members.hpp"

namespace pelton::codec {

namespace {

const std::array<std::string, 3> kParams{"timeout_ms", "priority", "method"};
constexpr std::size_t kMethod = 2;

}  // namespace

bool read_params(JsonCursor& cursor, std::string_view pointer, const FeatureTable& features, PredictOptions& options,
                 FieldErrors& errors, std::string& scratch, bool with_method) {
  if (cursor.kind() == JsonKind::null) return cursor.read_word("null");
  if (cursor.kind() != JsonKind::object) return refuse_value(cursor, pointer, "expected an object of options", errors);
  const std::span<const std::string> names(kParams.data(), with_method ? kParams.size() : kMethod);
  JsonMembers members(cursor, names, pointer, errors, scratch);
  return members.read([&](std::size_t member) {
    const auto place = [&] {
      std::string whole(pointer);
      append_pointer(whole, kParams[member]);
      return whole;
    };
    const bool text = member == kMethod;
    if (cursor.kind() != (text ? JsonKind::string : JsonKind::number)) {
      return refuse_value(cursor, place(), text ? "expected a string" : "expected a number", errors);
    }
    const char* const first = cursor.position();
    std::string_view value;
    if (text) {
      if (!cursor.read_string(value, scratch)) return false;
    } else {
      if (!cursor.skip_value()) return false;
      value = {first, static_cast<std::size_t>(cursor.position() - first)};
    }
    OptionOutcome outcome = read_option(kParams[member], value, features, options);
    if (outcome.error) errors.report([&] { return FieldError{place(), std::move(*outcome.error)}; });
    return true;
  });
}

}  // namespace pelton::codec
