#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/process.hpp"

namespace pelton {

/// The URL of the program's first line, "listening on URL", which begins with `begins`. Throws what it said instead.
inline std::string url_of(test::Process& server, std::string_view begins = "http://") {
  constexpr std::string_view kBefore = "listening on ";
  const std::string line = server.line();
  if (!line.starts_with(std::string(kBefore).append(begins))) {
    throw std::runtime_error("unexpected first line: " + line + "\n" + server.rest_of_stderr());
  }
  return line.substr(kBefore.size());
}

/// The port of that URL.
inline std::uint16_t port_of(test::Process& server, std::string_view begins = "http://") {
  const std::string url = url_of(server, begins);
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

}  // namespace pelton
