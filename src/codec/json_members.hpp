#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "codec/field_errors.hpp"
#include "codec/json_cursor.hpp"

namespace pelton::codec {

/// The members of a JSON object that a request may have. Each is read where it stands; unknown names (with
/// did-you-mean) and names given twice are reported and passed over.
class JsonMembers {
 public:
  /// At most 32 names. `pointer` is where the object stands; `scratch` is for names written with escapes. All
  /// must outlive this.
  JsonMembers(JsonCursor& cursor, std::span<const std::string> names, std::string_view pointer, FieldErrors& errors,
              std::string& scratch)
      : cursor_(cursor), names_(names), pointer_(pointer), errors_(errors), scratch_(scratch) {}

  /// The object at hand: `read(i)` reads the value of names[i]. False once the cursor has failed or `read` has
  /// given false.
  template <class Read>
  bool read(Read&& read) {
    if (!cursor_.enter()) return false;
    for (bool more = !cursor_.leave_if('}'); more;) {
      std::string_view name;
      if (!cursor_.read_name(name, scratch_)) return false;
      const std::size_t member = find(name);
      if (member == names_.size() || has(member)) [[unlikely]] {
        report(name, member != names_.size());
        if (!cursor_.skip_value()) return false;
      } else {
        seen_ |= std::uint32_t{1} << member;
        if (!read(member)) return false;
      }
      const JsonCursor::Next next = cursor_.next('}');
      if (next == JsonCursor::Next::failed) return false;
      more = next == JsonCursor::Next::more;
    }
    return true;
  }

  bool has(std::size_t member) const noexcept { return (seen_ >> member & 1U) != 0; }

 private:
  std::size_t find(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) return i;
    }
    return names_.size();
  }
  void report(std::string_view name, bool known);

  JsonCursor& cursor_;
  std::span<const std::string> names_;
  std::string_view pointer_;
  FieldErrors& errors_;
  std::string& scratch_;
  std::uint32_t seen_ = 0;
};

/// Passes over the value at hand, which is not what was wanted, and reports it.
bool refuse_value(JsonCursor& cursor, std::string_view pointer, std::string_view expected, FieldErrors& errors);

}  // namespace pelton::codec
