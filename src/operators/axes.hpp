#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "operators/node.hpp"

namespace pelton::operators {

/// The axes that a reduction takes away: an attribute, or from some version of the operator set on an
/// input; all of them where there are none (or none at all: noop_with_empty_axes).
class ReducedAxes {
 public:
  using Set = std::array<bool, tensor::kMaxRank>;

  /// `since` is the version from which on the axes are input 1.
  ReducedAxes(const Node& node, std::int64_t since);

  /// Which axes of a tensor of `rank` dimensions; naming one twice is naming it once. Throws Failure.
  Set of(std::span<const tensor::Value* const> inputs, std::size_t rank) const;
  /// The shape of the result.
  Shape reduced(const Shape& shape, const Set& axes) const;
  /// Where the rows are in the result.
  tensor::RowAxis rows(std::span<const tensor::Traced> inputs) const;

 private:
  Set set_of(std::span<const std::int64_t> axes, std::size_t rank) const;

  bool by_input_ = false;
  bool keeps_dims_ = true;
  bool empty_is_none_ = false;
  std::optional<std::vector<std::int64_t>> known_;  ///< where they are the same whatever is scored
};

}  // namespace pelton::operators
