#include "operators/einsum_equation.hpp"

#include <algorithm>
#include <bit>

#include "operators/refusal.hpp"
#include "tensor/failure.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;

[[noreturn]] void malformed(const std::string& why) { throw Refusal(core::ErrorCode::malformed, why); }

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// Upper-case letters before lower-case ones, as their ASCII codes are.
Label label_of(char c) { return static_cast<Label>(c <= 'Z' ? c - 'A' : c - 'a' + 26); }

constexpr std::string_view kEllipsis = "...";
constexpr std::string_view kArrow = "->";

}  // namespace

void LabelList::append(LabelSet set) {
  for (; set != 0; set &= set - 1) push_back(static_cast<Label>(std::countr_zero(set)));
}

LabelSet LabelList::set() const noexcept {
  LabelSet set = 0;
  for (const Label label : all()) set |= set_of(label);
  return set;
}

EinsumEquation::EinsumEquation(std::string_view text, std::size_t operands) {
  std::string packed;
  std::copy_if(text.begin(), text.end(), std::back_inserter(packed), [](char c) { return c != ' '; });
  const std::string_view equation = packed;
  const std::size_t arrow = equation.find(kArrow);
  std::string_view left = equation.substr(0, arrow);
  for (;;) {
    const std::size_t comma = left.find(',');
    terms_.push_back(parse_term(left.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    left.remove_prefix(comma + 1);
  }
  if (terms_.size() != operands) {
    malformed("sums over " + std::to_string(terms_.size()) + " terms, but has " + std::to_string(operands) + " inputs");
  }
  if (arrow == std::string_view::npos) {
    derive_output();
  } else {
    output_ = parse_term(equation.substr(arrow + kArrow.size()));
    check_output();
  }
}

EinsumEquation::Term EinsumEquation::parse_term(std::string_view text) {
  Term term;
  while (!text.empty()) {
    if (text.substr(0, kEllipsis.size()) == kEllipsis && !term.has_ellipsis) {
      term.has_ellipsis = true;
      text.remove_prefix(kEllipsis.size());
    } else if (is_letter(text.front())) {
      (term.has_ellipsis ? term.after : term.before).push_back(label_of(text.front()));
      text.remove_prefix(1);
    } else {
      malformed("has a term that is not letters and at most one ellipsis");
    }
  }
  return term;
}

/// What is not told is: the ellipsis, then every letter that comes once, in order.
void EinsumEquation::derive_output() {
  std::array<std::size_t, kLetters> times{};
  for (const Term& term : terms_) {
    output_.has_ellipsis = output_.has_ellipsis || term.has_ellipsis;
    for (const Label label : term.before) ++times[label];
    for (const Label label : term.after) ++times[label];
  }
  for (Label label = 0; label < kLetters; ++label) {
    if (times[label] == 1) output_.after.push_back(label);
  }
}

void EinsumEquation::check_output() const {
  LabelSet known = 0, seen = 0;
  for (const Term& term : terms_) {
    for (const Label label : term.before) known |= set_of(label);
    for (const Label label : term.after) known |= set_of(label);
  }
  for (const std::vector<Label>* part : {&output_.before, &output_.after}) {
    for (const Label label : *part) {
      if (!holds(known, label)) malformed("has an output index that no input has");
      if (holds(seen, label)) malformed("has an output index twice");
      seen |= set_of(label);
    }
  }
}

std::size_t EinsumEquation::spread_of(std::size_t i, std::size_t rank) const {
  const Term& term = terms_[i];
  const std::size_t letters = term.before.size() + term.after.size();
  if (rank < letters || (rank > letters && !term.has_ellipsis)) {
    throw Failure("input " + std::to_string(i) + " has " + std::to_string(rank) + " dimensions; its term names " +
                  std::to_string(letters));
  }
  return rank - letters;
}

LabelList EinsumEquation::spelled(const Term& term, std::size_t spread) {
  LabelList list;
  for (const Label label : term.before) list.push_back(label);
  if (term.has_ellipsis) {
    for (std::size_t d = kLabels - spread; d < kLabels; ++d) list.push_back(static_cast<Label>(d));
  }
  for (const Label label : term.after) list.push_back(label);
  return list;
}

LabelList EinsumEquation::labels_of(std::size_t i, std::size_t rank) const {
  return spelled(terms_[i], spread_of(i, rank));
}

LabelList EinsumEquation::output(std::size_t spread) const {
  if (spread > 0 && !output_.has_ellipsis) throw Failure("has an ellipsis in an input, but none in the output");
  return spelled(output_, spread);
}

}  // namespace pelton::operators
