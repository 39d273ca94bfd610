// Makes graphs of all operators from the fuzzer's bytes and loads them. Those that hold are scored: a row
// must have the same results alone, in company and a second time, and where nodes are put into functions.
#include <bit>
#include <cmath>
#include <cstdio>

#include "core/text_store.hpp"
#include "formats/load.hpp"
#include "graph_maker.hpp"

namespace pelton::fuzz {
namespace {

/// A cell of a feature: any number of its type, or text.
double cell(const model::Feature& feature, Choices& choices, core::TextStore& texts) {
  if (feature.is_text()) return texts.put(choices.text());
  if (feature.categories != nullptr) return 0;
  if (feature.allowed != nullptr) {
    return feature.allowed->empty() ? 0.0 : (*feature.allowed)[choices.below(feature.allowed->size())];
  }
  switch (feature.type) {
    case model::ElementType::float32:
    case model::ElementType::float64: return choices.number();
    case model::ElementType::boolean: return static_cast<double>(choices.below(2));
    default: return static_cast<double>(choices.integer());
  }
}

/// Bits apart from what a NaN carries, which processors choose by the order of operands.
bool same(double a, double b) {
  if (model::Model::is_refused(a) || model::Model::is_refused(b)) {
    return model::Model::is_refused(a) == model::Model::is_refused(b);
  }
  return std::isnan(a) ? std::isnan(b) : std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

void check(const std::vector<double>& one, const std::vector<double>& other, const char* what,
           const model::Model& model) {
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (same(one[i], other[i])) continue;
    std::fprintf(stderr, "%s: value %zu is %.17g and %.17g\n", what, i, one[i], other[i]);
    for (const std::string& line : model.description().plan) std::fprintf(stderr, "  %s\n", line.c_str());
    __builtin_trap();
  }
}

void score(const model::Model& model, model::Method method, std::size_t count, const std::vector<double>& rows) {
  const std::size_t features = model.schema().features.size();
  const model::OutputSpec& spec = *model.schema().output(method);
  model::Workspace workspace;
  std::vector<double> together(count * spec.width), again(together.size()), alone(together.size());
  model.score({rows.data(), count, features}, method, {together.data(), count, spec.width}, workspace);
  for (std::size_t r = 0; r < count; ++r) {
    model.score({rows.data() + r * features, 1, features}, method, {alone.data() + r * spec.width, 1, spec.width},
                workspace);
  }
  model.score({rows.data(), count, features}, method, {again.data(), count, spec.width}, workspace);
  check(together, again, "a second time", model);
  check(together, alone, "alone", model);
  if (!spec.labelled) return;
  for (const double index : together) {
    const bool is_class = index >= 0 && index < static_cast<double>(model.schema().classes.size());
    if (!is_class && !model::Model::is_refused(index)) __builtin_trap();
  }
}

/// The model with functions loads where the plain one does, and answers alike.
void compare(const core::Result<std::unique_ptr<const model::Model>>& plain, const std::string& with_functions,
             const formats::Options& options, const std::vector<double>& rows, std::size_t count) {
  const auto model = formats::read_model(with_functions, "fuzz", options);
  if (!model && model.error().code() == core::ErrorCode::too_large) return;  // it holds more parts
  if (plain.has_value() != model.has_value()) {
    std::fprintf(stderr, "loads only %s functions: %s\n", model ? "with" : "without",
                 (model ? plain : model).error().message().c_str());
    __builtin_trap();
  }
  if (!plain) return;
  model::Workspace workspace;
  for (const model::Method method : model::kAllMethods) {
    const auto& spec = (*plain)->schema().output(method);
    if (spec.has_value() != (*model)->schema().output(method).has_value()) __builtin_trap();
    if (!spec) continue;
    std::vector<double> one(count * spec->width), other(one.size());
    const math::ConstMatrix asked(rows.data(), count, (*plain)->schema().features.size());
    (*plain)->score(asked, method, {one.data(), count, spec->width}, workspace);
    (*model)->score(asked, method, {other.data(), count, spec->width}, workspace);
    check(one, other, "in functions", **model);
  }
}

}  // namespace
}  // namespace pelton::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pelton;
  fuzz::Choices choices(data, size);
  const fuzz::GraphMaker maker(choices);
  formats::Options options;
  options.limits.messages = 20'000;
  options.limits.features = 2'000;
  for (const auto& [file, with_functions] : maker.files()) {
    const auto model = formats::read_model(file, "fuzz", options);
    if (!model) {
      if (!with_functions.empty()) fuzz::compare(model, with_functions, options, {}, 0);
      continue;
    }
    constexpr std::array<std::size_t, 6> kCounts{3, 5, 2, 9, 17, 67};
    const std::size_t count = kCounts[choices.below(kCounts.size())];
    const auto& features = (*model)->schema().features;
    core::TextStore texts;
    std::vector<double> rows;
    for (std::size_t i = 0; i < count * features.size(); ++i) {
      rows.push_back(choices.done() && i >= 3 * features.size()
                         ? rows[i - 3 * features.size()]
                         : fuzz::cell(features[i % features.size()], choices, texts));
    }
    for (const model::Method method : model::kAllMethods) {
      if ((*model)->schema().output(method)) fuzz::score(**model, method, count, rows);
    }
    if (!with_functions.empty()) fuzz::compare(model, with_functions, options, rows, count);
  }
  return 0;
}
