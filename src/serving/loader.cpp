#include <utility>

#include "formats/load.hpp"
#include "serving/fitting.hpp"
#include "serving/repository.hpp"

namespace pelton::serving {

namespace {

/// By way of the written format: what is served is exactly what `pelton fit` would have saved.
core::Result<std::unique_ptr<const model::Model>> fit(const ModelSource& source) {
  const std::string file = source.fit->data.string();
  const auto csv = read_file(source.fit->data);
  if (!csv) return csv.error();
  const auto report = fit_csv(*csv, {.kind = source.fit->kind, .target = source.fit->target});
  if (!report) return report.error().within(file);
  return formats::read_model(report->onnx, file);
}

}  // namespace

Loader default_loader(LoadProgress progress) {
  return
      [progress = std::move(progress)](const ModelSource& source) -> core::Result<std::unique_ptr<const model::Model>> {
        if (source.fit) return fit(source);
        formats::Options options;
        options.iterations = source.iterations;
        if (progress) options.progress = [&](double share) { progress(source, share); };
        return formats::load_model(source.path, options);
      };
}

}  // namespace pelton::serving
