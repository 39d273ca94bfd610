#pragma once

#include <string_view>

#include "core/result.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/options.hpp"

namespace pelton::formats::onnx {

/// Reads a ModelProto. The views point into `bytes`, which must outlive it.
///
/// Errors say where: malformed for broken encoding or a field of the wrong kind, too_large beyond
/// `limits`. Memory taken is at most a small multiple of the bytes. Unknown fields are passed over,
/// as protobuf asks for.
core::Result<ModelProto> read_model_proto(std::string_view bytes, const Limits& limits);
/// The same for a file that holds one tensor.
core::Result<TensorProto> read_tensor_proto(std::string_view bytes, const Limits& limits);

/// Whether `bytes` begin as a ModelProto does: with its ir_version, or as well-formed fields among
/// which there is a graph.
bool looks_like_model_proto(std::string_view bytes) noexcept;

}  // namespace pelton::formats::onnx
