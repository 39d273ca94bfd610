#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/predict_request.hpp"
#include "codec/v2/tensor_table.hpp"
#include "core/clock.hpp"

namespace pelton::codec::v2 {

/// How one output is wanted.
struct OutputWish {
  model::Method method = model::Method::predict;
  bool by_file_name = false;  ///< asked for, and told, by the name the model's file has for it
  std::uint32_t classes = 0;  ///< the best so many as "value:index:label" (`classification`); 0: the values
  bool binary = false;        ///< as bytes behind the JSON
};

/// A request of the protocol, once read: its rows are in the RowBuffer. Views point into the body or the
/// reader: valid until either is used again.
struct InferRequest {
  std::size_t first_row = 0;
  std::size_t rows = 0;
  bool single = false;  ///< of `generate`: one bare row was sent
  std::string_view id;  ///< as JSON text (quotes included)
  std::optional<core::Duration> timeout;
  std::uint32_t priority = 0;                             ///< 0 the model's default, 1 first … 100 last
  std::array<OutputWish, model::kMethodCount> outputs{};  ///< in the order wanted, each method once
  std::size_t output_count = 0;
};

/// Where a request is read to.
struct InferTarget {
  const TensorTable& tensors;
  RowTarget rows;
};

}  // namespace pelton::codec::v2
