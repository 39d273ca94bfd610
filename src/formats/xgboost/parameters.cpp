#include "formats/xgboost/parameters.hpp"

#include <charconv>
#include <cmath>
#include <string>

#include "formats/document/json_reader.hpp"

namespace pelton::formats::xgboost {

namespace {

using document::Kind;

bool read_spelled(document::Reader& reader, std::vector<float>& scores, std::size_t most) {
  if (reader.kind() == Kind::array) return reader.read_numbers(scores, most);
  float score = 0;
  if (!reader.read_float(score)) return false;
  scores.assign(1, score);
  return true;
}

/// What Python's tuples have instead of brackets.
void use_brackets(std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (first == std::string::npos || text[first] != '(' || text[last] != ')') return;
  text[first] = '[';
  text[last] = ']';
}

}  // namespace

bool read_count(document::Reader& reader, std::int64_t& count) {
  if (reader.kind() == Kind::string) {
    std::string_view text;
    if (!reader.read_string(text)) return false;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return reader.fail("expected a whole number");
  } else if (!reader.read_integer(count)) {
    return false;
  }
  return count >= 0 || reader.fail("a negative count");
}

bool read_base_scores(document::Reader& reader, std::vector<float>& scores, std::size_t most) {
  if (reader.kind() != Kind::string) {
    if (!read_spelled(reader, scores, most)) return false;
  } else {
    std::string_view view;
    if (!reader.read_string(view)) return false;
    std::string text(view);
    use_brackets(text);
    document::JsonReader spelled(text);
    if (!read_spelled(spelled, scores, most) || !spelled.finish()) {
      return reader.fail("expected a number or a list of numbers: " + spelled.error().message());
    }
  }
  for (const float score : scores) {
    if (!std::isfinite(score)) return reader.fail("a base_score that is not finite");
  }
  return true;
}

}  // namespace pelton::formats::xgboost
