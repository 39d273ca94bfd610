#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "codec/v2/tensor_table.hpp"
#include "core/text_buffer.hpp"

namespace pelton::codec::v2 {

/// What a model's documents tell beside its tensors.
struct ModelHeading {
  std::string_view name;
  std::span<const std::string> versions;
  std::string_view format;         ///< "onnx"
  std::size_t max_batch_size = 0;  ///< rows that one request may bring
};

/// The model metadata of the protocol: name, versions, platform, inputs and outputs with -1 for the rows.
void append_metadata(core::TextBuffer& out, const ModelHeading& heading, const TensorTable& tensors);

/// The model configuration as Triton's clients read it: dimensions without the rows, which are its batches.
/// Source: github.com/triton-inference-server/common, protobuf/model_config.proto.
void append_config(core::TextBuffer& out, const ModelHeading& heading, const TensorTable& tensors);

}  // namespace pelton::codec::v2
