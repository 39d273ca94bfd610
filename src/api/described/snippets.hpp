#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pelton::api {

/// A request written out as a program, or a command, in one language.
struct Snippet {
  std::string_view language;  ///< "curl", "python", "javascript", "go" or "java"
  std::string text;
};

/// Programs that post `body` (JSON) to `url` and print the answer, one a language. Names in the body may hold
/// anything: quotes and backslashes are escaped as each language asks, and characters that are not seen (or turn the
/// direction of writing) are written as escapes.
std::vector<Snippet> make_snippets(std::string_view url, std::string_view body);

/// JSON text with what is not seen outside ASCII (spaces, marks of direction, the byte order mark) as `\u` escapes.
std::string visible_json(std::string_view json);

}  // namespace pelton::api
