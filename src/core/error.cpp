#include "core/error.hpp"

#include <system_error>

namespace pelton::core {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::malformed: return "malformed";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::deadline_exceeded: return "deadline_exceeded";
    case ErrorCode::io: return "io";
    case ErrorCode::internal: return "internal";
  }
  return "unknown";
}

Error Error::within(std::string_view place) const {
  std::string told(place);
  told += ": ";
  told += message_;
  return {code_, std::move(told)};
}

Error errno_error(std::string_view what, int error_number) {
  std::string told(what);
  told += ": ";
  told += std::generic_category().message(error_number);
  return {ErrorCode::io, std::move(told)};
}

}  // namespace pelton::core
