#include "codec/problem.hpp"

namespace pelton::codec {

std::string_view status_title(int status) noexcept {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Error";
  }
}

int status_of(core::ErrorCode code) noexcept {
  switch (code) {
    case core::ErrorCode::invalid_argument: return 422;
    case core::ErrorCode::malformed: return 400;
    case core::ErrorCode::not_found: return 404;
    case core::ErrorCode::too_large: return 413;
    case core::ErrorCode::unsupported: return 415;
    case core::ErrorCode::unavailable: return 503;
    case core::ErrorCode::deadline_exceeded: return 504;
    case core::ErrorCode::io:
    case core::ErrorCode::internal: return 500;
  }
  return 500;
}

Problem to_problem(const core::Error& error) {
  Problem problem;
  problem.status = status_of(error.code());
  problem.detail = problem.status == 500 ? "something broke inside the server; its log tells what" : error.message();
  return problem;
}

namespace {

void append_head(core::TextBuffer& out, int status, std::string_view detail) {
  out.append(R"({"type":"about:blank","title":)");
  core::append_json_string(out, status_title(status));
  out.append(R"(,"status":)");
  out.append_integer(status);
  out.append(R"(,"detail":)");
  core::append_json_string(out, detail);
  out.append(R"(,"error":)");
  core::append_json_string(out, detail);
}

}  // namespace

void append_problem(core::TextBuffer& out, const Problem& problem) {
  append_head(out, problem.status, problem.detail);
  if (!problem.errors.empty()) {
    out.append(R"(,"errors":[)");
    bool first = true;
    for (const FieldError& error : problem.errors) {
      if (!first) out.append(',');
      first = false;
      out.append('{');
      if (!error.pointer.empty()) {
        out.append(R"("pointer":)");
        core::append_json_string(out, error.pointer);
        out.append(',');
      }
      out.append(R"("detail":)");
      core::append_json_string(out, error.detail);
      out.append('}');
    }
    out.append(']');
    if (problem.more != 0) {
      out.append(R"(,"more_errors":)");
      out.append_integer(problem.more);
    }
  }
  out.append('}');
}

void append_problem(core::TextBuffer& out, int status, std::string_view detail) {
  append_head(out, status, detail);
  out.append('}');
}

std::string told_in_full(const Problem& problem) {
  if (problem.errors.empty()) return problem.detail;
  std::string text;
  for (const FieldError& error : problem.errors) {
    if (!text.empty()) text += "; ";
    if (!error.pointer.empty()) text.append(error.pointer).append(": ");
    text += error.detail;
  }
  if (problem.more != 0) {
    text.append(" (and ").append(std::to_string(problem.more));
    text += problem.more == 1 ? " further error)" : " further errors)";
  }
  return text;
}

const ProblemShape kProblemJson{.content_type = "application/problem+json",
                                .append = append_problem,
                                .status = [](int status) noexcept { return status; }};

}  // namespace pelton::codec
