#include "serving/fitting.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>

#include "formats/write_linear.hpp"
#include "train/linear.hpp"
#include "train/table.hpp"
#include "train/validation.hpp"

namespace pelton::serving {

namespace {

/// R² of a model fitted to some rows, on those rows and on others.
struct Judged {
  std::optional<double> seen;
  std::optional<double> unseen;
};

std::optional<double> score(const train::LinearFit& fit, math::ConstMatrix x, math::ConstMatrix y) {
  std::vector<double> predicted(y.rows * y.cols);
  fit.predict(x, {predicted.data(), y.rows, y.cols});
  return train::r2_score(y, math::ConstMatrix(predicted.data(), y.rows, y.cols));
}

core::Result<Judged> judge(const train::Dataset& data, const train::Split& split) {
  const std::vector<double> seen_x = train::take_rows(data.x(), split.train);
  const std::vector<double> seen_y = train::take_rows(data.y(), split.train);
  const std::vector<double> unseen_x = train::take_rows(data.x(), split.test);
  const std::vector<double> unseen_y = train::take_rows(data.y(), split.test);
  const auto x = [&](const std::vector<double>& values, std::size_t rows) {
    return math::ConstMatrix(values.data(), rows, data.feature_names.size());
  };
  const auto y = [](const std::vector<double>& values) { return math::ConstMatrix(values.data(), values.size(), 1); };
  const auto fit = train::fit_linear(x(seen_x, split.train.size()), y(seen_y));
  if (!fit) return fit.error();
  return Judged{score(*fit, x(seen_x, split.train.size()), y(seen_y)),
                score(*fit, x(unseen_x, split.test.size()), y(unseen_y))};
}

core::Result<void> judge_fit(const train::Dataset& data, const FitOptions& options, FitReport& report) {
  if (options.test_share > 0) {
    const auto split = train::hold_out(data.rows, options.test_share, options.seed);
    if (!split) return split.error();
    const auto judged = judge(data, *split);
    if (!judged) return judged.error();
    report.train_score = judged->seen;
    report.test_score = judged->unseen;
  }
  if (options.folds > 0) {
    const auto folds = train::k_fold(data.rows, options.folds, options.seed);
    if (!folds) return folds.error();
    for (const train::Split& fold : *folds) {
      const auto judged = judge(data, fold);
      if (!judged) return judged.error();
      if (judged->unseen) report.validation_scores.push_back(*judged->unseen);
    }
  }
  return {};
}

}  // namespace

core::Result<FitReport> fit_csv(std::string_view csv, const FitOptions& options) {
  if (options.kind != "linear") {
    return core::Error(core::ErrorCode::unsupported, "kind \"" + options.kind + "\" cannot be fitted yet; linear can");
  }
  const auto table = train::parse_csv(csv);
  if (!table) return table.error();
  const auto data = train::make_dataset(*table, options.target);
  if (!data) return data.error();
  FitReport report;
  report.rows = data->rows;
  report.features = data->feature_names;
  if (auto judged = judge_fit(*data, options, report); !judged) return judged.error();
  const auto fit = train::fit_linear(data->x(), data->y());
  if (!fit) return fit.error();
  report.rank = fit->rank;
  if (!report.train_score) report.train_score = score(*fit, data->x(), data->y());
  auto onnx = formats::write_linear_onnx(
      {.coefficients = fit->matrix(), .intercepts = fit->intercepts, .feature_names = data->feature_names});
  if (!onnx) return onnx.error();
  report.onnx = *std::move(onnx);
  return report;
}

core::Result<std::string> read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return core::errno_error(file.string(), errno);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad()) return core::errno_error(file.string(), EIO);
  return text;
}

}  // namespace pelton::serving
