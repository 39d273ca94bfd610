#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/shape.hpp"

namespace pelton::operators {

/// An index of an einsum: a letter, or one of the dimensions that an ellipsis stands for.
using Label = std::uint8_t;
/// A set of labels, a bit each.
using LabelSet = std::uint64_t;

inline constexpr std::size_t kLetters = 52;
inline constexpr std::size_t kLabels = kLetters + tensor::kMaxRank;
static_assert(kLabels == 64);

constexpr LabelSet set_of(Label label) { return LabelSet{1} << label; }
constexpr bool holds(LabelSet set, Label label) { return (set & set_of(label)) != 0; }

/// Labels in an order, held in place.
struct LabelList {
  std::array<Label, kLabels> labels{};
  std::size_t count = 0;

  void push_back(Label label) { labels[count++] = label; }
  /// Those of a set, from the least up.
  void append(LabelSet set);
  std::span<const Label> all() const noexcept { return {labels.data(), count}; }
  LabelSet set() const noexcept;
};

/// "ij,jk->ik": the labels of every operand's dimensions and of the output's.
class EinsumEquation {
 public:
  /// Throws Refusal (malformed) where it is none, or not for that many operands.
  EinsumEquation(std::string_view text, std::size_t operands);

  std::size_t operands() const noexcept { return terms_.size(); }
  /// The labels of operand `i`'s dimensions when it has that many; a letter may come twice. Dimensions of
  /// an ellipsis are counted from the right. Throws Failure where the term has another number.
  LabelList labels_of(std::size_t i, std::size_t rank) const;
  /// The output's, where the longest ellipsis stands for `spread` dimensions.
  LabelList output(std::size_t spread) const;
  /// How many dimensions an ellipsis in operand `i`, of that rank, stands for.
  std::size_t spread_of(std::size_t i, std::size_t rank) const;

 private:
  struct Term {
    std::vector<Label> before;  ///< the ellipsis, or all there are
    std::vector<Label> after;
    bool has_ellipsis = false;
  };
  static Term parse_term(std::string_view text);
  void derive_output();
  void check_output() const;
  static LabelList spelled(const Term& term, std::size_t spread);

  std::vector<Term> terms_;
  Term output_;
};

}  // namespace pelton::operators
