#pragma once

#include <stdexcept>
#include <string>

#include "core/error.hpp"

namespace pelton::operators {

/// Why a node cannot be carried out. Thrown while a node is built and caught by whoever compiles the
/// graph, who goes on to the next node so that all refusals are told at once.
class Refusal : public std::runtime_error {
 public:
  Refusal(core::ErrorCode code, const std::string& why) : std::runtime_error(why), code_(code) {}
  core::ErrorCode code() const noexcept { return code_; }

 private:
  core::ErrorCode code_;
};

}  // namespace pelton::operators
