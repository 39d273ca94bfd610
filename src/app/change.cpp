#include "app/change.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pelton::app {

namespace {

/// Of two that differ alike the earlier one counts for more.
bool outweighs(const ChangedRow& a, const ChangedRow& b) {
  return a.difference != b.difference ? a.difference > b.difference : a.row < b.row;
}

double distance(double before, double after) {
  if (before == after || (std::isnan(before) && std::isnan(after))) return 0;
  const double apart = std::fabs(after - before);
  return std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart;
}

std::string row_text(const codec::ResultWriter& writer, const double* row) {
  core::TextBuffer text;
  writer.append_row(text, row);
  return std::string(text.view());
}

}  // namespace

Change::Change(const model::Schema& before, const model::Schema& after, model::Method method, double tolerance,
               std::size_t most_rows)
    : before_(before),
      after_(after),
      method_(method),
      before_writer_(before, method),
      after_writer_(after, method),
      tolerance_(tolerance),
      most_rows_(most_rows),
      width_(before.output(method)->width),
      labelled_(before.output(method)->labelled) {}

bool Change::same_label(double before, double after) const {
  const auto known = [](double index, const model::Schema& schema) {
    return index >= 0 && index < static_cast<double>(schema.classes.size());
  };
  if (!known(before, before_) || !known(after, after_)) return known(before, before_) == known(after, after_);
  return before_.classes[static_cast<std::size_t>(before)] == after_.classes[static_cast<std::size_t>(after)];
}

double Change::difference(const double* before, const double* after, bool& changed) const {
  if (labelled_) {
    changed = !same_label(before[0], after[0]);
    return changed ? 1 : 0;
  }
  double greatest = 0;
  changed = false;
  for (std::size_t i = 0; i < width_; ++i) {
    const double apart = distance(before[i], after[i]);
    greatest = std::max(greatest, apart);
    changed = changed || apart > tolerance_ * std::max(1.0, std::fabs(before[i])) || std::isinf(apart);
  }
  return greatest;
}

void Change::note(const double* before, const double* after, std::size_t row, std::size_t line) {
  ++rows_;
  bool changed = false;
  const double apart = difference(before, after, changed);
  greatest_ = std::max(greatest_, apart);
  sum_ += apart;
  if (!labelled_) magnitudes_.add(apart);
  if (!changed) return;
  ++changed_;
  keep(before, after, apart, row, line);
}

void Change::keep(const double* before, const double* after, double difference, std::size_t row, std::size_t line) {
  ChangedRow candidate{.difference = difference, .row = row, .line = line, .before = {}, .after = {}};
  if (most_rows_ == 0) return;
  if (worst_.size() == most_rows_) {
    if (!outweighs(candidate, worst_.front())) return;
    std::pop_heap(worst_.begin(), worst_.end(), outweighs);
    worst_.pop_back();
  }
  candidate.before = row_text(before_writer_, before);
  candidate.after = row_text(after_writer_, after);
  worst_.push_back(std::move(candidate));
  std::push_heap(worst_.begin(), worst_.end(), outweighs);
}

double Change::changed_share() const noexcept {
  return rows_ == 0 ? 0 : static_cast<double>(changed_) / static_cast<double>(rows_);
}

double Change::mean() const noexcept { return rows_ == 0 ? 0 : sum_ / static_cast<double>(rows_); }

std::vector<ChangedRow> Change::worst() const {
  std::vector<ChangedRow> rows = worst_;
  std::sort(rows.begin(), rows.end(), outweighs);
  return rows;
}

}  // namespace pelton::app
