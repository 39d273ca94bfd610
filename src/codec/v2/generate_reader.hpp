#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/v2/infer_request.hpp"

namespace pelton::codec::v2 {

/// Reads requests of the generate extension for models of features: one flat object with a member an input (or a
/// feature), as `{"age":41,"city":"Oslo"}` or `{"input":[2,3]}`. A value is a row's, and lists of values are rows.
/// Beside them may stand `id` and `parameters`, and no other name. Each thread has one reader.
class GenerateReader {
 public:
  /// As InferReader::read; all listed outputs are wanted.
  core::Result<void, Problem> read(std::string_view json, const InferTarget& target, InferRequest& request);

 private:
  class Body;

  std::string name_;  ///< names and texts that were written with escapes
  std::vector<std::uint32_t> seen_;
  std::uint32_t stamp_ = 0;
};

}  // namespace pelton::codec::v2
