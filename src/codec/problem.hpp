#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/text_buffer.hpp"

namespace pelton::codec {

/// One thing wrong with one field of a request.
struct FieldError {
  std::string pointer;  ///< RFC 6901 into the JSON body ("/x/0/a"); empty where the body is no JSON
  std::string detail;   ///< what was expected and what came
};

/// Why a request was refused, told as RFC 9457 tells it.
struct Problem {
  int status = 422;                ///< the HTTP status the answer carries
  std::string detail;              ///< one sentence for a person
  std::vector<FieldError> errors;  ///< at most kMaxFieldErrors, in order of the body
  std::size_t more = 0;            ///< field errors beyond those listed
};

inline constexpr std::size_t kMaxFieldErrors = 20;

/// The reason phrase of RFC 9110 for a status we send ("Unprocessable Content"), or "Error".
std::string_view status_title(int status) noexcept;

/// The status that an ErrorCode is told by.
int status_of(core::ErrorCode code) noexcept;

/// A failure from below as an answer. Messages of `internal` errors stay inside: the caller is told
/// only that something broke.
Problem to_problem(const core::Error& error);

/// Writes the application/problem+json object: `type` (about:blank), `title`, `status`, `detail`,
/// `error` (the detail again, for clients of the V2 protocol), and `errors` (with `more_errors`)
/// where fields are at fault.
void append_problem(core::TextBuffer& out, const Problem& problem);
/// The same for a failure that is only a status and a sentence.
void append_problem(core::TextBuffer& out, int status, std::string_view detail);

/// Everything that is wrong in one sentence, for dialects that have no list: each field with its pointer, or the
/// detail where no field is at fault.
std::string told_in_full(const Problem& problem);

/// How a dialect tells problems.
struct ProblemShape {
  std::string_view content_type;
  void (*append)(core::TextBuffer& out, const Problem& problem);  ///< the body
  int (*status)(int status) noexcept;                             ///< what the dialect answers where others answer that
};

/// application/problem+json, as written above, with the statuses as they are.
extern const ProblemShape kProblemJson;

}  // namespace pelton::codec
