#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/change.hpp"
#include "codec/forked_source.hpp"
#include "codec/row_stream.hpp"
#include "core/aligned_buffer.hpp"
#include "model/model.hpp"

namespace pelton::app {

/// Two models on the same rows, read as a stream: one Change a method that both have.
class Comparison {
 public:
  struct Options {
    std::optional<model::Method> only;
    double tolerance = 0;
    std::size_t most_rows = 10;  ///< of those that changed most, a method
    std::function<void(std::size_t)> progress = {};
  };

  /// Errors where the models take other features (by name), or have no method in common. All that is
  /// referred to must outlive the comparison.
  static core::Result<Comparison> make(const model::Model& before, const model::Model& after, Options options);

  /// Reads and scores all rows; errors name the place. A row that one of the models does not take or score is
  /// one.
  core::Result<void> run(codec::ByteSource& source, const std::string& name, std::optional<codec::RowFormat> format);

  std::size_t rows() const noexcept { return done_; }
  const std::vector<Change>& changes() const noexcept { return changes_; }
  /// Methods that are not compared, and why: `predict_proba: OLD has 2 values, NEW 3`.
  const std::vector<std::string>& passed_over() const noexcept { return passed_over_; }

 private:
  Comparison(const model::Model& before, const model::Model& after, Options options)
      : before_(before), after_(after), options_(std::move(options)) {}

  core::Result<void> choose_methods();
  std::string reason_against(model::Method method) const;
  core::Result<void> flush(const math::RowBuffer& before, const math::RowBuffer& after,
                           const std::vector<std::size_t>& lines, const std::string& name);

  const model::Model& before_;
  const model::Model& after_;
  Options options_;
  std::vector<Change> changes_;
  std::vector<std::string> passed_over_;
  core::AlignedBuffer<double> old_results_;
  core::AlignedBuffer<double> new_results_;
  model::Workspace workspace_;
  std::size_t done_ = 0;
};

}  // namespace pelton::app
