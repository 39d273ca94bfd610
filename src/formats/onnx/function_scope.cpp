#include "formats/onnx/function_scope.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

#include "formats/onnx/node_context.hpp"

namespace pelton::formats::onnx {
namespace {

constexpr char kMark = '@';
/// Of names that others are made of: functions that call functions would make them long.
constexpr std::size_t kMostKept = 64;

/// The number that a name begins with after the mark; 0 where it does not begin like that.
std::uint64_t number_of(std::string_view name) noexcept {
  std::uint64_t number = 0;
  if (!name.starts_with(kMark)) return 0;
  const char* const digits = name.data() + 1;
  // What does not fit is a number that is never made.
  return std::from_chars(digits, name.data() + name.size(), number).ec == std::errc() ? number : 0;
}

/// The largest number of a name of a value.
std::uint64_t largest_number(const GraphProto& graph) {
  std::uint64_t largest = 0;
  const auto look_at = [&largest](std::string_view name) { largest = std::max(largest, number_of(name)); };
  for (const TensorProto& tensor : graph.initializer) look_at(tensor.name);
  for (const ValueInfoProto& info : graph.input) look_at(info.name);
  for (const ValueInfoProto& info : graph.output) look_at(info.name);
  for (const NodeProto& node : graph.node) {
    std::for_each(node.input.begin(), node.input.end(), look_at);
    std::for_each(node.output.begin(), node.output.end(), look_at);
    for (const AttributeProto& attribute : node.attribute) {
      for (const GraphProto& body : attribute.graphs) largest = std::max(largest, largest_number(body));
    }
  }
  return largest;
}

}  // namespace

FreshNames::FreshNames(const GraphProto& graph, core::TextArena& texts)
    : texts_(texts), next_(largest_number(graph) + 1) {
  constexpr std::uint64_t kMostNumber = std::uint64_t{1} << 63;
  if (next_ == 0 || next_ > kMostNumber) {
    throw Refusal(core::ErrorCode::unsupported, "names of values leave none for those of functions");
  }
}

std::string_view FreshNames::value(std::string_view name) {
  std::string made(1, kMark);
  made += std::to_string(next_++) + ":";
  return texts_.keep(made.append(name.substr(0, kMostKept)));
}

std::string_view FreshNames::node(std::string_view call, std::string_view node) {
  if (call.empty()) return node;
  std::string made(call.substr(0, kMostKept));
  return texts_.keep((made += '/').append(node.substr(0, kMostKept)));
}

const std::string_view* FunctionScope::find(std::string_view name) const {
  for (const FunctionScope* scope = this; scope != nullptr; scope = scope->around_) {
    if (const auto found = scope->names_.find(name); found != scope->names_.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace pelton::formats::onnx
