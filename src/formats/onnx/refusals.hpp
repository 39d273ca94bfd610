#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "formats/onnx/proto.hpp"

namespace pelton::formats::onnx {

/// The operator sets a model imports: domain ("" for ai.onnx) to version.
using Opsets = std::map<std::string_view, std::int64_t, std::less<>>;

/// Reads them. unsupported for a version newer than the newest known of a domain whose operators are
/// carried out; malformed for two versions of one.
core::Result<Opsets> read_opsets(const ModelProto& model);

/// "" for ai.onnx, every other domain as it is.
inline std::string_view known_domain(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view() : domain;
}
/// What messages call a domain.
std::string domain_name(std::string_view domain);

/// Refusals of all nodes of a graph, told together.
class Refusals {
 public:
  void add(const NodeProto& node, core::ErrorCode code, const std::string& why);
  bool empty() const noexcept { return count_ == 0; }
  core::Error error() const;

 private:
  core::ErrorCode code_ = core::ErrorCode::unsupported;
  std::size_t count_ = 0;
  std::string text_;
};

}  // namespace pelton::formats::onnx
