#include "formats/onnx/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "core/aligned_buffer.hpp"
#include "core/printable.hpp"
#include "core/utf8.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

bool stands_for_missing(std::string_view text) { return text.empty() || text == "nan" || text == "None"; }

std::string place(const model::Feature& feature) { return "feature \"" + core::printable(feature.name) + "\""; }

/// Vocabularies whose graphs may fail, and the flag of each: 1 where they do.
struct Failing {
  std::vector<std::size_t> columns;
  std::vector<graph::Register> flags;
  std::vector<std::vector<double>> numbers;
  std::size_t most = 0;  ///< numbers of one vocabulary
};

core::Result<Failing> failing(std::span<const std::shared_ptr<Vocabulary>> vocabularies, graph::ProgramBuilder& builder,
                              std::span<const model::Feature> features) {
  Failing found;
  const std::vector<std::size_t> behind = builder.columns_behind();
  std::size_t checks = 0;
  for (std::size_t f = 0; f < vocabularies.size(); ++f) {
    if (vocabularies[f] == nullptr || vocabularies[f]->failures().empty()) continue;
    const std::vector<graph::Register>& flags = vocabularies[f]->failures();
    for (const graph::Register flag : flags) {
      if (behind[flag.id] == f || behind[flag.id] == graph::ProgramBuilder::kNoColumn) continue;
      return Error(ErrorCode::unsupported, "whether its texts are known depends on other features too")
          .within(place(features[f]));
    }
    auto together = builder.add(place(features[f]), graph::Concat{flags});
    if (!together) return together.error();
    auto any = builder.add(place(features[f]), graph::Reduce{*together, graph::ReduceOp::max});
    if (!any) return any.error();
    found.columns.push_back(f);
    found.flags.push_back(*any);
    found.numbers.push_back(vocabularies[f]->numbers());
    found.most = std::max(found.most, found.numbers.back().size());
    checks += flags.size();
  }
  constexpr std::size_t kMostTried = std::size_t{1} << 26;
  if (checks != 0 && found.most > kMostTried / checks) {
    return Error(ErrorCode::too_large, "compares too many texts, of which only some are allowed");
  }
  return found;
}

}  // namespace

double Vocabulary::put(std::string_view text) {
  const auto known = texts_.find(std::string(text));
  if (known != texts_.end()) return known->second.number;
  const double number = static_cast<double>(order_.size());
  order_.push_back(texts_.emplace(text, Text{number, false}).first->first);
  return number;
}

double Vocabulary::compared(std::string_view text) {
  const bool first = texts_.find(std::string(text)) == texts_.end();
  put(text);
  Text& entry = texts_.find(std::string(text))->second;
  if (!entry.compared && stands_for_missing(text)) {
    // A text that was put into the column before has its number already, and rows hold that.
    if (first && missing_ == 0) entry.number = kMissing;
    ++missing_;
  }
  entry.compared = true;
  return entry.number;
}

std::vector<double> Vocabulary::compared(std::span<const std::string> texts) {
  std::vector<double> numbers;
  numbers.reserve(texts.size());
  for (const std::string& text : texts) numbers.push_back(compared(text));
  return numbers;
}

std::vector<double> Vocabulary::numbers() const {
  std::vector<double> numbers;
  for (const std::string_view text : order_) numbers.push_back(texts_.find(std::string(text))->second.number);
  numbers.push_back(kUnknown);
  numbers.push_back(kMissing);
  return numbers;
}

bool Vocabulary::is_utf8() const {
  return std::all_of(order_.begin(), order_.end(), [](std::string_view text) { return core::is_utf8(text); });
}

void Vocabulary::describe(model::Feature& feature, const std::vector<bool>& fails) const {
  const auto taken = [&](std::size_t i) { return fails.empty() || !fails[i]; };
  std::vector<std::pair<std::string, double>> names;
  bool missing = false;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const auto& [text, entry] = *texts_.find(std::string(order_[i]));
    missing = missing || (std::isnan(entry.number) && taken(i));
    if (entry.compared && taken(i)) names.emplace_back(text, entry.number);
  }
  feature.takes_missing = missing && missing_ == 1;
  feature.categories =
      model::make_categories(names, taken(order_.size()) ? std::optional<double>(kUnknown) : std::nullopt);
}

core::Result<void> settle_vocabularies(std::span<const std::shared_ptr<Vocabulary>> vocabularies,
                                       graph::ProgramBuilder& builder, std::span<model::Feature> features) {
  auto asked = failing(vocabularies, builder, features);
  if (!asked) return asked.error();
  std::vector<std::vector<bool>> fails(vocabularies.size());
  if (!asked->flags.empty()) {
    auto flags = builder.add("known texts", graph::Concat{asked->flags});
    if (!flags) return flags.error();
    auto program = builder.compile(std::array{*flags});
    if (!program) return program.error();
    core::AlignedBuffer<double> scratch(program->scratch_doubles());
    std::vector<double> row(features.size(), Vocabulary::kUnknown);
    std::vector<double> flag(asked->flags.size());
    for (std::size_t i = 0; i < asked->most; ++i) {
      // One row tries a text of every feature: each flag depends on its own alone.
      for (std::size_t k = 0; k < asked->columns.size(); ++k) {
        if (i < asked->numbers[k].size()) row[asked->columns[k]] = asked->numbers[k][i];
      }
      program->run({row.data(), 1, row.size()}, std::array{math::Matrix(flag.data(), 1, flag.size())}, scratch.data());
      for (std::size_t k = 0; k < asked->columns.size(); ++k) {
        if (i < asked->numbers[k].size()) fails[asked->columns[k]].push_back(flag[k] != 0);
      }
    }
  }
  for (std::size_t f = 0; f < vocabularies.size(); ++f) {
    if (vocabularies[f] == nullptr) continue;
    if (!vocabularies[f]->is_utf8()) {
      return Error(ErrorCode::malformed, "is compared with a text that is not UTF-8").within(place(features[f]));
    }
    vocabularies[f]->describe(features[f], fails[f]);
  }
  return {};
}

}  // namespace pelton::formats::onnx
