#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/problem.hpp"

namespace pelton::codec {

/// Collects what is wrong with a request's fields: the first kMaxFieldErrors in full, the rest as a
/// count, so that a hostile body cannot make a long answer. Allocates only when something is wrong.
class FieldErrors {
 public:
  /// `describe()` gives the FieldError; it is called only if that one will be listed.
  template <std::invocable Describe>
  void report(Describe&& describe) {
    if (errors_.size() < kMaxFieldErrors) {
      errors_.push_back(std::forward<Describe>(describe)());
      if (line_ != 0) tell_line(errors_.back());
    } else {
      ++more_;
    }
  }

  /// What is reported from now on stands on that line of the body: details begin with it.
  void set_line(std::size_t line) noexcept { line_ = line; }

  bool empty() const noexcept { return errors_.empty(); }

  /// The 422 that tells them all; leaves the collection empty.
  Problem take_problem();

 private:
  void tell_line(FieldError& error) const;

  std::vector<FieldError> errors_;
  std::size_t line_ = 0;
  std::size_t more_ = 0;
};

/// Appends `/token` to an RFC 6901 pointer, `~` and `/` escaped. Tokens beyond 100 bytes are cut short
/// (at a character) and end in "…".
void append_pointer(std::string& pointer, std::string_view token);
void append_pointer(std::string& pointer, std::size_t index);

/// A name as people read it in a message: in quotes, cut short as above.
std::string in_quotes(std::string_view name);

/// The text, or as much of it as in_quotes shows: ends where a character ends.
std::string_view shortened(std::string_view text) noexcept;

/// `1 value`, `3 values`.
std::string counted(std::size_t count, std::string_view noun);

}  // namespace pelton::codec
