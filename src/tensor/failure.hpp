#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace pelton::tensor {

/// Why an operation cannot be carried out on the values it was given. Thrown by operations, caught by
/// Graph::run, which makes an Error of it; never leaves the rooms `tensor` and `operators` otherwise.
class Failure : public std::runtime_error {
 public:
  explicit Failure(const std::string& why) : std::runtime_error(why) {}
};

}  // namespace pelton::tensor
