#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/onnx/graph_writer.hpp"
#include "formats/onnx/wire_writer.hpp"

namespace pelton::fuzz {

/// Puts nodes into functions of a file's own, each called in the node's place: the file has to mean what it meant.
class FunctionMaker {
 public:
  static constexpr std::string_view kDomain = "fuzz";

  /// `opsets` are what the functions import; must outlive this.
  explicit FunctionMaker(std::span<const formats::onnx::OpsetImport> opsets) : opsets_(opsets) {}

  /// A call of a new function whose body is the node, within as many further functions. Attributes are parameters,
  /// handed on by reference from one to the next.
  formats::onnx::Node wrap(formats::onnx::Node node, std::size_t levels);

  /// The functions, to be put behind the bytes of the file.
  std::string take() { return functions_.take(); }

 private:
  std::span<const formats::onnx::OpsetImport> opsets_;
  formats::onnx::WireWriter functions_;
  std::size_t count_ = 0;
};

}  // namespace pelton::fuzz
