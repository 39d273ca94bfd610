#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "formats/onnx/proto.hpp"

namespace pelton::formats::onnx {

/// The operator sets a model imports: domain ("" for ai.onnx) to version.
using Opsets = std::map<std::string_view, std::int64_t, std::less<>>;

/// Reads what a model or a function imports. unsupported for a version newer than the newest known of a domain whose
/// operators are carried out; malformed for two versions of one.
core::Result<Opsets> read_opsets(std::span<const OperatorSetIdProto> imports);

/// The version that a node's operator set has; 0 where it is not imported.
std::int64_t opset_of(const NodeProto& node, const Opsets& opsets);

/// "" for ai.onnx, every other domain as it is.
inline std::string_view known_domain(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view() : domain;
}
/// What messages call a domain.
std::string domain_name(std::string_view domain);
/// What messages call a node: node "name" (operator).
std::string node_name(const NodeProto& node);

/// Refusals of all nodes of a graph, told together.
class Refusals {
 public:
  /// Of more than `most_told` the rest is counted.
  explicit Refusals(std::size_t most_told) : most_told_(most_told) {}

  void add(const NodeProto& node, core::ErrorCode code, const std::string& why);
  bool empty() const noexcept { return count_ == 0; }
  core::Error error() const;

 private:
  std::size_t most_told_;
  core::ErrorCode code_ = core::ErrorCode::unsupported;
  std::size_t count_ = 0;
  std::string text_;
};

}  // namespace pelton::formats::onnx
