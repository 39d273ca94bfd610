#pragma once

#include "core/result.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/options.hpp"
#include "model/attachments.hpp"

namespace pelton::formats::onnx {

/// Whether the metadata that Pelton reads beside the names of features (keys `pelton.golden`,
/// `pelton.golden.tolerance`, `pelton.baseline`) is fit to be kept: no key twice, no more bytes than
/// `limits` allow, text UTF-8, the tolerance a number from 0 to 1. malformed or too_large, naming the
/// key. What is in the rows is judged by those who read them.
core::Result<void> check_attachments(const ModelProto& model, const Limits& limits);

/// That metadata; check_attachments has found it good.
model::Attachments attachments_of(const ModelProto& model);

}  // namespace pelton::formats::onnx
