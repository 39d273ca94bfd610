#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "operators/node.hpp"

namespace pelton::operators {

/// A short list of whole numbers about dimensions: one for each, or two.
class Integers {
 public:
  static constexpr std::size_t kMost = 2 * tensor::kMaxRank;

  Integers() = default;
  /// Throws Failure where there are more than kMost.
  explicit Integers(std::span<const std::int64_t> values);
  /// The elements of an int32 or int64 tensor (of any shape). Throws Failure where there are too many.
  explicit Integers(const Tensor& values);

  std::size_t size() const noexcept { return size_; }
  std::int64_t operator[](std::size_t i) const noexcept { return values_[i]; }
  const std::int64_t* begin() const noexcept { return values_.data(); }
  const std::int64_t* end() const noexcept { return values_.data() + size_; }
  std::span<const std::int64_t> values() const noexcept { return {values_.data(), size_}; }

 private:
  std::array<std::int64_t, kMost> values_{};
  std::size_t size_ = 0;
};

/// A list of whole numbers that an operator takes: as an attribute in its older versions, as an input in
/// newer ones. May be left out.
class IntegersArgument {
 public:
  /// None at all.
  IntegersArgument() = default;
  static IntegersArgument attribute(const Node& node, std::string_view name);
  /// Refuses an input that is neither int32 nor int64.
  static IntegersArgument input(const Node& node, std::size_t i);
  /// An attribute in versions before `since`, then input `i`.
  static IntegersArgument of(const Node& node, std::string_view name, std::int64_t since, std::size_t i) {
    return node.opset() < since ? attribute(node, name) : input(node, i);
  }

  /// Whether it is given in this node.
  bool is_given() const noexcept { return fixed_.has_value() || input_ != kNone; }
  /// What it is in a run, or nothing where it is left out.
  std::optional<Integers> in(std::span<const tensor::Value* const> inputs) const;
  /// What it always is, whatever is scored. Nothing where it is left out or not known.
  std::optional<Integers> in(std::span<const tensor::Traced> inputs) const;
  /// Whether in() above can be trusted to tell that it is left out.
  bool is_known(std::span<const tensor::Traced> inputs) const;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::optional<Integers> fixed_;
  std::size_t input_ = kNone;
};

/// Refuses the node where input `i` is neither int32 nor int64.
void check_index_type(const Node& node, std::size_t i);

/// The only element of an int32 or int64 tensor. Throws Failure, naming it as `what`, where there is another number.
std::int64_t only_integer(const Tensor& tensor, std::string_view what);

/// Counts positions from the front: negative ones, which count from the end, become what they mean.
/// Throws Failure where there is none such among `size`.
inline std::int64_t index_of(std::int64_t index, std::int64_t size) {
  if (index < -size || index >= size) {
    throw tensor::Failure("index " + std::to_string(index) + " among " + std::to_string(size));
  }
  return index < 0 ? index + size : index;
}

/// Which of the dimensions of a tensor of this rank are listed; negative ones count from the end. Throws
/// Failure where there is none such or one is listed twice.
std::array<bool, tensor::kMaxRank> listed_axes(const Integers& axes, std::size_t rank);

}  // namespace pelton::operators
