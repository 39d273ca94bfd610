#include "app/golden_source.hpp"

#include <array>
#include <system_error>
#include <utility>

#include "app/input_file.hpp"
#include "codec/text_source.hpp"

namespace pelton::app {

namespace fs = std::filesystem;

namespace {

/// Of the rows in a model's file, which whoever made the file chose: each is scored before it serves.
constexpr std::size_t kMostEmbeddedRows = 10'000;

core::Result<fs::path> file_beside(const fs::path& file) {
  const std::string stem = file.stem() == "model" ? "golden" : file.stem().string() + ".golden";
  fs::path found;
  for (const char* ending : {".ndjson", ".json", ".csv"}) {
    const fs::path candidate = file.parent_path() / (stem + ending);
    std::error_code failure;
    if (!fs::exists(candidate, failure)) continue;
    if (!found.empty()) {
      return core::Error(core::ErrorCode::invalid_argument, "holds both " + found.filename().string() + " and " +
                                                                candidate.filename().string() +
                                                                "; expected one file of golden rows");
    }
    found = candidate;
  }
  return found;
}

}  // namespace

core::Result<std::vector<GoldenSource>> golden_sources(const model::Model& model, const fs::path& file) {
  std::vector<GoldenSource> sources;
  const model::Attachments& attached = model.description().attachments;
  if (!attached.golden.empty()) {
    sources.push_back({.name = "golden rows in " + file.string(),
                       .source = std::make_unique<codec::TextSource>(attached.golden),
                       .format = codec::RowFormat::json,
                       .tolerance = attached.tolerance,
                       .most_rows = kMostEmbeddedRows});
  }
  const auto beside = file_beside(file);
  if (!beside) return beside.error().within(file.parent_path().string());
  if (!beside->empty()) {
    auto opened = InputFile::open(beside->string());
    if (!opened) return opened.error();
    const auto format = opened->format_by_name();
    sources.push_back({.name = beside->string(),
                       .source = std::make_unique<InputFile>(*std::move(opened)),
                       .format = format,
                       .tolerance = std::nullopt,
                       .most_rows = std::numeric_limits<std::size_t>::max()});
  }
  return sources;
}

core::Result<void> check_golden_rows(const model::Model& model, const fs::path& file) {
  auto sources = golden_sources(model, file);
  if (!sources) return sources.error();
  for (GoldenSource& source : *sources) {
    GoldenRun run(model, *source.source, source.name, source.format,
                  {.only = {}, .tolerance = source.tolerance, .most_rows = source.most_rows});
    auto done = run.run();
    if (!done) return done;
    if (run.beyond() != 0) {
      return core::Error(core::ErrorCode::invalid_argument,
                         source.name + ": the model does not give what is expected: " + run.first_beyond());
    }
  }
  return {};
}

serving::Loader with_golden_rows(serving::Loader loader) {
  return [loader = std::move(loader)](
             const serving::ModelSource& source) -> core::Result<std::unique_ptr<const model::Model>> {
    auto model = loader(source);
    if (!model || source.fit || !source.iterations.all()) return model;
    auto checked = check_golden_rows(**model, source.path);
    if (!checked) return checked.error();
    return model;
  };
}

}  // namespace pelton::app
