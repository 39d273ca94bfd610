#include "formats/onnx/refusals.hpp"

#include "core/printable.hpp"
#include "formats/onnx/registry.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::size_t kMostTold = 20;

}  // namespace

std::string domain_name(std::string_view domain) { return domain.empty() ? "ai.onnx" : core::printable(domain); }

core::Result<Opsets> read_opsets(const ModelProto& model) {
  Opsets opsets;
  for (const OperatorSetIdProto& opset : model.opset_import) {
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

void Refusals::add(const NodeProto& node, ErrorCode code, const std::string& why) {
  if (count_++ == 0) code_ = code;
  if (count_ > kMostTold) return;
  text_ += (text_.empty() ? "" : "; ") + std::string("node \"") + core::printable(node.name) + "\" (" +
           core::printable(node.op_type) + "): " + why;
}

Error Refusals::error() const {
  const std::string more = count_ > kMostTold ? "; and " + std::to_string(count_ - kMostTold) + " more" : "";
  return Error(code_, text_ + more);
}

}  // namespace pelton::formats::onnx
