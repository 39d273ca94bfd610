#include "codec/v2/error_shape.hpp"

#include <string>

namespace pelton::codec::v2 {

namespace {

std::string told(const Problem& problem) {
  if (problem.errors.empty()) return problem.detail;
  std::string text;
  for (const FieldError& error : problem.errors) {
    if (!text.empty()) text += "; ";
    if (!error.pointer.empty()) text.append(error.pointer).append(": ");
    text += error.detail;
  }
  if (problem.more != 0) text.append("; and ").append(std::to_string(problem.more)).append(" more");
  return text;
}

void append_error(core::TextBuffer& out, const Problem& problem) {
  out.append(R"({"error":)");
  core::append_json_string(out, told(problem));
  out.append('}');
}

}  // namespace

const ProblemShape kErrorShape{.content_type = "application/json",
                               .append = append_error,
                               .status = [](int status) noexcept { return status == 422 ? 400 : status; }};

}  // namespace pelton::codec::v2
