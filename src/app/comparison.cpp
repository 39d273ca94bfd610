#include "app/comparison.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace pelton::app {

namespace {

using codec::RowStream;
using core::Error;
using core::ErrorCode;
using model::Method;
using model::Schema;

constexpr std::size_t kBlockRows = 4096;
constexpr std::size_t kBlockValues = std::size_t{1} << 21;  // of rows or results of one model: 16 MiB

/// `OLD alone takes a, b, …`, or nothing.
std::string only_in(const char* whose, const Schema& schema, const Schema& other) {
  std::set<std::string_view> names;
  for (const model::Feature& feature : other.features) names.insert(feature.name);
  constexpr std::size_t kMostTold = 10;
  std::string text;
  std::size_t count = 0;
  for (const model::Feature& feature : schema.features) {
    if (names.contains(feature.name) || ++count > kMostTold) continue;
    text += (count == 1 ? std::string(whose) + " alone takes \"" : ", \"") + feature.name + "\"";
  }
  return count > kMostTold ? text + " and " + std::to_string(count - kMostTold) + " more" : text;
}

core::Result<void> same_features(const Schema& before, const Schema& after) {
  if (before.names_columns() && after.names_columns()) {
    const std::string old_only = only_in("OLD", before, after);
    const std::string new_only = only_in("NEW", after, before);
    if (old_only.empty() && new_only.empty()) return {};
    return Error(ErrorCode::invalid_argument, "the models take different features: " + old_only +
                                                  (old_only.empty() || new_only.empty() ? "" : "; ") + new_only);
  }
  if (before.features.size() == after.features.size()) return {};
  return Error(ErrorCode::invalid_argument, "the models take different features: OLD takes " +
                                                std::to_string(before.features.size()) + ", NEW takes " +
                                                std::to_string(after.features.size()));
}

/// One model's rows out of its end of the stream.
class Side {
 public:
  Side(const model::Model& model, codec::ByteSource& source, std::optional<codec::RowFormat> format)
      : features_(model.schema()), stream_(source, features_, format), rows_(features_.width()) {}

  /// Whether there was another row; an error also for a row that cannot be read.
  core::Result<bool> next() {
    for (;;) {
      const auto step = stream_.next(rows_);
      if (!step) return step.error();
      switch (*step) {
        case RowStream::Step::row: return true;
        case RowStream::Step::end: return false;
        case RowStream::Step::bad_row: return Error(ErrorCode::invalid_argument, stream_.complaint());
        case RowStream::Step::dry:
          if (auto refilled = stream_.refill(); !refilled) return refilled.error();
      }
    }
  }
  std::size_t line() const noexcept { return stream_.line(); }
  math::RowBuffer& rows() noexcept { return rows_; }

 private:
  const codec::FeatureTable features_;
  RowStream stream_;
  math::RowBuffer rows_;
};

std::size_t block_rows(const Schema& before, const Schema& after) {
  std::size_t widest = std::max({before.features.size(), after.features.size(), std::size_t{1}});
  for (const Method method : model::kAllMethods) {
    if (before.output(method)) widest = std::max(widest, before.output(method)->width);
  }
  return std::clamp<std::size_t>(kBlockValues / widest, 1, kBlockRows);
}

/// A row that a model could not score.
struct Refused {
  std::size_t row;
  std::string reason;
};

std::optional<Refused> first_refused(const model::Model& model, Method method, math::ConstMatrix rows,
                                     math::ConstMatrix results) {
  for (std::size_t r = 0; model.refuses_rows(method) && r < results.rows; ++r) {
    if (!model::Model::is_refused(*results.row(r))) continue;
    model::Workspace workspace;
    return Refused{r, model.refusal(rows.slice(r, 1), method, workspace)};
  }
  return std::nullopt;
}

}  // namespace

core::Result<Comparison> Comparison::make(const model::Model& before, const model::Model& after, Options options) {
  auto same = same_features(before.schema(), after.schema());
  if (!same) return same.error();
  Comparison comparison(before, after, std::move(options));
  auto chosen = comparison.choose_methods();
  if (!chosen) return chosen.error();
  return comparison;
}

std::string Comparison::reason_against(Method method) const {
  const auto& before = before_.schema().output(method);
  const auto& after = after_.schema().output(method);
  if (!before || !after) return std::string(before ? "NEW" : "OLD") + " does not offer it";
  if (before->labelled != after->labelled) return "one gives labels, the other numbers";
  if (before->width != after->width) {
    return "OLD gives " + std::to_string(before->width) + " values, NEW " + std::to_string(after->width);
  }
  const bool by_class = before->width == before_.schema().classes.size() && before->width > 1;
  if (by_class && before_.schema().classes != after_.schema().classes) return "the models have different classes";
  return {};
}

core::Result<void> Comparison::choose_methods() {
  for (const Method method : model::kAllMethods) {
    const bool offered = before_.schema().output(method) || after_.schema().output(method);
    if (!offered || (options_.only && *options_.only != method)) continue;
    const std::string reason = reason_against(method);
    if (reason.empty()) {
      changes_.emplace_back(before_.schema(), after_.schema(), method, options_.tolerance, options_.most_rows);
    } else {
      passed_over_.push_back(std::string(to_string(method)) + ": " + reason);
    }
  }
  if (!changes_.empty()) return {};
  std::string text = "nothing to compare";
  for (const std::string& reason : passed_over_) text += "; " + reason;
  return Error(ErrorCode::unsupported, text);
}

core::Result<void> Comparison::run(codec::ByteSource& source, const std::string& name,
                                   std::optional<codec::RowFormat> format) {
  codec::ForkedSource forked(source);
  Side before(before_, forked.first(), format);
  Side after(after_, forked.second(), format);
  const std::size_t most = block_rows(before_.schema(), after_.schema());
  std::vector<std::size_t> lines;
  for (bool more = true; more;) {
    const auto old_row = before.next();
    if (!old_row) return old_row.error().within("OLD").within(name + ":" + std::to_string(before.line()));
    const auto new_row = after.next();
    if (!new_row) return new_row.error().within("NEW").within(name + ":" + std::to_string(after.line()));
    if (*old_row != *new_row) return Error(ErrorCode::internal, name + ": read as other rows by each of the models");
    more = *old_row;
    if (more) lines.push_back(before.line());
    if (lines.size() < most && (more || lines.empty())) continue;
    const auto flushed = flush(before.rows(), after.rows(), lines, name);
    if (!flushed) return flushed.error();
    before.rows().clear();
    after.rows().clear();
    lines.clear();
    if (options_.progress) options_.progress(done_);
  }
  if (done_ == 0) return Error(ErrorCode::invalid_argument, name + ": holds no rows");
  return {};
}

core::Result<void> Comparison::flush(const math::RowBuffer& before, const math::RowBuffer& after,
                                     const std::vector<std::size_t>& lines, const std::string& name) {
  const std::size_t count = lines.size();
  for (Change& change : changes_) {
    const std::size_t width = change.width();
    old_results_.resize_uninitialized(count * width);
    new_results_.resize_uninitialized(count * width);
    before_.score(before.view(), change.method(), {old_results_.data(), count, width}, workspace_);
    after_.score(after.view(), change.method(), {new_results_.data(), count, width}, workspace_);
    for (const auto& [whose, model, rows, results] :
         {std::tuple("OLD", &before_, &before, &old_results_), std::tuple("NEW", &after_, &after, &new_results_)}) {
      const auto refused = first_refused(*model, change.method(), rows->view(), {results->data(), count, width});
      if (!refused) continue;
      return Error(ErrorCode::invalid_argument, refused->reason)
          .within(whose)
          .within(name + ":" + std::to_string(lines[refused->row]));
    }
    for (std::size_t i = 0; i < count; ++i) {
      change.note(old_results_.data() + i * width, new_results_.data() + i * width, done_ + i + 1, lines[i]);
    }
  }
  done_ += count;
  return {};
}

}  // namespace pelton::app
