#include "http/request_view.hpp"

#include "http/ascii.hpp"

namespace pelton::http {

std::string_view to_string(Verb verb) noexcept {
  switch (verb) {
    case Verb::get: return "GET";
    case Verb::head: return "HEAD";
    case Verb::post: return "POST";
    case Verb::put: return "PUT";
    case Verb::del: return "DELETE";
    case Verb::patch: return "PATCH";
    case Verb::options: return "OPTIONS";
    case Verb::trace: return "TRACE";
    case Verb::connect: return "CONNECT";
    case Verb::other: return "other";
  }
  return "other";
}

std::string_view RequestView::header(std::string_view name) const noexcept {
  for (const Header& candidate : headers) {
    if (ascii::same_folded(candidate.name, name)) return candidate.value;
  }
  return {};
}

}  // namespace pelton::http
