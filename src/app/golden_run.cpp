#include "app/golden_run.hpp"

#include <cstdio>
#include <utility>

namespace pelton::app {

using core::Error;
using core::ErrorCode;
using model::Method;

GoldenRun::GoldenRun(const model::Model& model, codec::ByteSource& source, std::string name,
                     std::optional<codec::RowFormat> format, GoldenOptions options)
    : model_(model),
      name_(std::move(name)),
      options_(std::move(options)),
      features_(model.schema()),
      golden_(source, features_, model.schema(), format),
      rows_(features_.width()) {}

core::Result<void> GoldenRun::run() {
  codec::ExpectedOutputs expected;
  for (;;) {
    const auto more = golden_.next(rows_, expected);
    if (!more) return more.error().within(name_ + ":" + std::to_string(golden_.line()));
    if (!*more) break;
    if (++done_ > options_.most_rows) {
      return Error(ErrorCode::too_large, name_ + ": more than " + std::to_string(options_.most_rows) + " golden rows");
    }
    for (const Method method : model::kAllMethods) {
      if (options_.only && *options_.only != method) continue;
      const auto compared = compare(method, expected[static_cast<std::size_t>(method)]);
      if (!compared) return compared.error().within(name_ + ":" + std::to_string(golden_.line()));
    }
    rows_.clear();
    if (options_.progress) options_.progress(done_);
  }
  if (done_ == 0) return Error(ErrorCode::invalid_argument, name_ + ": holds no rows");
  for (const auto& check : checks_) {
    if (check) return {};
  }
  return Error(ErrorCode::invalid_argument,
               name_ + ": no row says what " + std::string(to_string(*options_.only)) + " gives");
}

core::Result<void> GoldenRun::compare(Method method, const std::optional<std::vector<codec::ExpectedValue>>& expected) {
  if (!expected) return {};
  results_.resize(expected->size());
  model_.score(std::as_const(rows_).view(), method, {results_.data(), 1, results_.size()}, workspace_);
  if (model_.refuses_rows(method) && model::Model::is_refused(results_[0])) {
    return Error(ErrorCode::invalid_argument, std::string(to_string(method)) + ": " +
                                                  model_.refusal(std::as_const(rows_).view(), method, workspace_));
  }
  auto& check = checks_[static_cast<std::size_t>(method)];
  if (!check) check.emplace(model_.schema(), method, options_.tolerance);
  check->compare(results_.data(), *expected, done_, golden_.line());
  return {};
}

std::size_t GoldenRun::beyond() const {
  std::size_t count = 0;
  for (const auto& check : checks_) count += check ? check->beyond() : 0;
  return count;
}

std::string GoldenRun::first_beyond() const {
  const GoldenCheck* first = nullptr;
  std::string text;
  for (const Method method : model::kAllMethods) {
    const auto& checked = check(method);
    if (!checked || checked->beyond() == 0) continue;
    if (first != nullptr && first->first_row() <= checked->first_row()) continue;
    first = &*checked;
    text = "row " + std::to_string(first->first_row()) + ": " + std::string(to_string(method)) + ": " +
           first->first_told();
    if (first->tolerance() != 0) {
      std::array<char, 32> number{};
      std::snprintf(number.data(), number.size(), " (tolerance %g)", first->tolerance());
      text += number.data();
    }
  }
  return text;
}

}  // namespace pelton::app
