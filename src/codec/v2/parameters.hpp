#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "codec/field_errors.hpp"
#include "codec/json_cursor.hpp"

namespace pelton::codec::v2 {

/// The value of a member: what it is, and itself where it is a scalar.
struct Parameter {
  JsonKind kind = JsonKind::none;
  std::string_view literal;  ///< as it stands in the body
  std::string_view text;     ///< of a string; valid until the next one is read
  double number = 0;

  bool is_true() const noexcept { return kind == JsonKind::boolean && literal == "true"; }
  /// A whole number from 0 to 2^53.
  std::optional<std::uint64_t> count() const noexcept;
};

/// Walks the members of objects and tells what is wrong with them by their pointer.
class MemberReader {
 public:
  MemberReader(JsonCursor& cursor, std::string& scratch, FieldErrors& errors) noexcept
      : cursor_(cursor), scratch_(scratch), errors_(errors) {}

  /// The object at hand: `visit(name)` reads each member's value, and gives false where the JSON is malformed.
  /// The name is valid until something else is read. What is no object is reported at `pointer`. False likewise.
  template <std::predicate<std::string_view> Visit>
  bool each(std::string_view pointer, std::string_view expected, Visit&& visit) {
    if (cursor_.peek() != '{') return refuse(pointer, expected);
    if (!cursor_.enter()) return false;
    bool more = !cursor_.leave_if('}');
    while (more) {
      std::string_view name;
      if (!cursor_.read_name(name, scratch_)) return false;
      if (!visit(name)) return false;
      const JsonCursor::Next next = cursor_.next('}');
      if (next == JsonCursor::Next::failed) return false;
      more = next == JsonCursor::Next::more;
    }
    return true;
  }

  /// The value at hand, of any kind; what is no scalar is passed over.
  bool read(Parameter& parameter);
  /// Passes over the value at hand and reports it.
  bool refuse(std::string_view pointer, std::string_view expected);

  void report(std::string_view pointer, std::string_view detail) {
    errors_.report([&] { return FieldError{std::string(pointer), std::string(detail)}; });
  }
  /// `; did you mean "name"?`, or nothing. Of the first kMaxFieldErrors only: a caller must not make the server
  /// compare at length.
  std::string suggestion(std::string_view unknown, std::span<const std::string> known);
  /// Passes over a null, where a member that is null is as good as left out.
  bool skip_null() noexcept { return cursor_.kind() == JsonKind::null && cursor_.read_word("null"); }

 private:
  JsonCursor& cursor_;
  std::string& scratch_;
  FieldErrors& errors_;
  std::size_t compared_ = 0;
};

}  // namespace pelton::codec::v2
