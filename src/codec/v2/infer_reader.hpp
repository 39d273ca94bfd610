#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/v2/infer_request.hpp"

namespace pelton::codec::v2 {

/// Reads inference requests of the protocol: JSON, and with the binary extension the bytes behind it.
///
/// Strict RFC 8259 with NaN and infinities where a floating-point element stands; members in any order; one
/// pass but for data that come before their shape or datatype. Nothing allocated once warm. Members and
/// parameters that the protocol does not know are passed over, as other servers do, unless they look like one
/// that is mistyped; sequences, shared memory and texts in base64 are refused by name. One reader a thread.
///
/// Inputs are found by their name, or by a feature's name where features have some. Where a model has one
/// input and a request brings one, its name does not matter: clients make it up.
class InferReader {
 public:
  /// Appends the rows to the target and fills `request`. 400 for malformed JSON, 413 beyond the limit of rows,
  /// 422 with every bad field otherwise. After a failure the buffer is as it was. `json` has 64 readable bytes
  /// behind it; `bytes` are those of the tensors with a binary_data_size, in order.
  core::Result<void, Problem> read(std::string_view json, std::string_view bytes, const InferTarget& target,
                                   InferRequest& request);

  /// A body that is nothing but the one input's elements in their own size (a text: one element). All listed
  /// outputs are wanted as bytes.
  core::Result<void, Problem> read_raw(std::string_view bytes, const InferTarget& target, InferRequest& request);

 private:
  class Body;

  /// An input whose elements come behind the JSON.
  struct Pending {
    std::string_view name;
    Datatype datatype;
    std::size_t number;  ///< among the request's inputs
    std::size_t rows;    ///< 0: it is wrong, and its bytes are passed over
    std::size_t first;
    std::size_t width;
    std::size_t bytes;
  };

  std::string name_;                 ///< names and texts that were written with escapes
  std::vector<std::uint32_t> seen_;  ///< by feature: the stamp of the last request that gave it
  std::uint32_t stamp_ = 0;
  std::vector<Pending> pending_;
};

}  // namespace pelton::codec::v2
