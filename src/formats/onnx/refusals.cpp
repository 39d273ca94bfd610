#include "formats/onnx/refusals.hpp"

#include "core/printable.hpp"
#include "formats/onnx/registry.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

}  // namespace

std::string domain_name(std::string_view domain) { return domain.empty() ? "ai.onnx" : core::printable(domain); }

std::string node_name(const NodeProto& node) {
  return "node \"" + core::printable(node.name) + "\" (" + core::printable(node.op_type) + ")";
}

core::Result<Opsets> read_opsets(std::span<const OperatorSetIdProto> imports) {
  Opsets opsets;
  for (const OperatorSetIdProto& opset : imports) {
    const std::string_view domain = known_domain(opset.domain);
    const auto [entry, fresh] = opsets.emplace(domain, opset.version);
    if (!fresh && entry->second != opset.version) {
      return Error(ErrorCode::malformed, "imports two versions of operator set " + domain_name(domain));
    }
    const bool core = domain.empty();
    if (!core && domain != kMlDomain) continue;  // a node that uses it is refused by name
    const std::int64_t newest = core ? kNewestOpset : kNewestMlOpset;
    if (opset.version < 1 || opset.version > newest) {
      return Error(ErrorCode::unsupported, "asks for version " + std::to_string(opset.version) + " of operator set " +
                                               domain_name(domain) + "; the newest known is " + std::to_string(newest));
    }
  }
  return opsets;
}

std::int64_t opset_of(const NodeProto& node, const Opsets& opsets) {
  if (node.opset != 0) return node.opset;
  const auto imported = opsets.find(known_domain(node.domain));
  return imported == opsets.end() ? 0 : imported->second;
}

void Refusals::add(const NodeProto& node, ErrorCode code, const std::string& why) {
  if (count_++ == 0) code_ = code;
  if (count_ > most_told_) return;
  text_ += (text_.empty() ? "" : "; ") + node_name(node) + ": " + why;
}

Error Refusals::error() const {
  const std::string more = count_ > most_told_ ? "; and " + std::to_string(count_ - most_told_) + " more" : "";
  return Error(code_, text_ + more);
}

}  // namespace pelton::formats::onnx
