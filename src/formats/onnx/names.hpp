#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pelton::formats::onnx {

/// A name out of a file, fit to stand in a message: at most 80 bytes, what is not printable ASCII or
/// well-formed UTF-8 as '?'.
std::string printable(std::string_view name);

}  // namespace pelton::formats::onnx
