#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/magnitudes.hpp"
#include "codec/result_writer.hpp"
#include "model/schema.hpp"

namespace pelton::app {

/// A row and how far two models are apart on it.
struct ChangedRow {
  double difference = 0;  ///< of labels: 1
  std::size_t row = 0;    ///< from 1
  std::size_t line = 0;   ///< of the file
  std::string before;     ///< as JSON
  std::string after;
};

/// How the answers of one method change from one model to another, gathered row by row in constant memory.
///
/// A row has changed if a label is another one, or a value is further off than tolerance · max(1, |old|).
/// A value that is NaN, or infinite, in one model alone is infinitely far off.
class Change {
 public:
  /// The schemas must outlive it; both offer the method, with equally many values a row.
  Change(const model::Schema& before, const model::Schema& after, model::Method method, double tolerance,
         std::size_t most_rows);

  void note(const double* before, const double* after, std::size_t row, std::size_t line);

  model::Method method() const noexcept { return method_; }
  bool labelled() const noexcept { return labelled_; }
  std::size_t width() const noexcept { return width_; }
  std::size_t rows() const noexcept { return rows_; }
  std::size_t changed() const noexcept { return changed_; }
  double changed_share() const noexcept;
  double greatest() const noexcept { return greatest_; }
  double mean() const noexcept;                                        ///< over rows, of the row's greatest difference
  double quantile(double q) const { return magnitudes_.quantile(q); }  ///< of the same
  /// Those that changed most, the most first; of labels, the first ones.
  std::vector<ChangedRow> worst() const;

 private:
  double difference(const double* before, const double* after, bool& changed) const;
  bool same_label(double before, double after) const;
  void keep(const double* before, const double* after, double difference, std::size_t row, std::size_t line);

  const model::Schema& before_;
  const model::Schema& after_;
  const model::Method method_;
  const codec::ResultWriter before_writer_;
  const codec::ResultWriter after_writer_;
  const double tolerance_;
  const std::size_t most_rows_;
  const std::size_t width_;
  const bool labelled_;
  std::size_t rows_ = 0;
  std::size_t changed_ = 0;
  double greatest_ = 0;
  double sum_ = 0;
  Magnitudes magnitudes_;
  std::vector<ChangedRow> worst_;  ///< a heap, the least on top
};

}  // namespace pelton::app
