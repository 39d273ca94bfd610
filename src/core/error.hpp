#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace pelton::core {

/// What kind of failure an Error reports; dialects map it to a status code.
enum class ErrorCode {
  invalid_argument,   ///< well-formed, but not what the receiver takes (422)
  malformed,          ///< could not be parsed (400)
  not_found,          ///< no such model, file or key (404)
  too_large,          ///< beyond a stated limit (413)
  unsupported,        ///< understood, and not offered: names the part (415, load failure)
  unavailable,        ///< overloaded, draining or not loaded (503)
  deadline_exceeded,  ///< the caller's time ran out (504)
  io,                 ///< the operating system said no; carries errno's text
  internal,           ///< a broken promise of ours (500)
};

/// The snake_case name of a code, for logs and tests.
std::string_view to_string(ErrorCode code) noexcept;

/// A failure with a message for the person who can mend it.
///
/// `message` names the field, node, file or flag concerned and what would be right. Immutable in
/// spirit: `within` returns a new Error whose message begins with the place.
class Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }

  /// The same failure, told from one level further out: "place: message".
  Error within(std::string_view place) const;

 private:
  ErrorCode code_;
  std::string message_;
};

/// An Error whose message ends with the text of `error_number` (an errno value).
Error errno_error(std::string_view what, int error_number);

}  // namespace pelton::core
