#include <algorithm>
#include <array>

#include "operators/pattern.hpp"
#include "operators/registry.hpp"

/// RegexFullMatch: whether all of a text matches an expression.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

class RegexFullMatch final : public Operation {
 public:
  explicit RegexFullMatch(Pattern pattern) : pattern_(std::move(pattern)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    const std::span<const std::string_view> texts = x.values<std::string_view>();
    std::transform(texts.begin(), texts.end(), outputs[0]->tensor.reset<bool>(x.shape()).begin(),
                   [this](std::string_view text) { return pattern_.matches_all_of(text); });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override { return inputs[0].rows; }

 private:
  Pattern pattern_;
};

std::shared_ptr<const Operation> regex_full_match(Node& node) {
  if (node.type(0) != DataType::string) node.malformed("matches other than texts");
  if (!node.has("pattern")) node.malformed("lacks attribute \"pattern\"");
  node.gives(DataType::boolean);
  return std::make_shared<RegexFullMatch>(Pattern(node, node.text("pattern", ""), Pattern::Choice::preferred));
}

constexpr std::array kOperators{
    Operator{"", "RegexFullMatch", 20, regex_full_match},
};

}  // namespace

std::span<const Operator> regex_full_match_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
