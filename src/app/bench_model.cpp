#include "app/bench_model.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "app/command_line.hpp"
#include "codec/result_writer.hpp"
#include "core/aligned_buffer.hpp"
#include "core/clock.hpp"
#include "core/cpu_features.hpp"
#include "formats/load.hpp"
#include "math/row_buffer.hpp"

namespace pelton::app {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBatches[] = {1, 16, 256, 4096};
constexpr std::size_t kMostValues = std::size_t{1} << 24;  // 128 MiB of rows
constexpr std::size_t kSamples = 15;
constexpr core::Duration kSampleTime = 2ms;  // long beside a clock read, short beside a time slice
constexpr core::Duration kPatience = 2s;     // a batch size

struct Timing {
  std::size_t batch;
  double ns_per_row;
};

/// Rows of small numbers of both signs, no two neighbours alike.
void fill(math::RowBuffer& rows, std::size_t count) {
  double* values = rows.append_rows(count);
  for (std::size_t i = 0; i < count * rows.cols(); ++i) values[i] = static_cast<double>(i * 7 % 33) / 8.0 - 2.0;
}

core::Duration time_calls(const model::Model& model, math::ConstMatrix rows, math::Matrix out,
                          model::Workspace& workspace, std::size_t calls) {
  const core::Clock& clock = core::SteadyClock::instance();
  const core::TimePoint begin = clock.now();
  for (std::size_t i = 0; i < calls; ++i) model.score(rows, model::Method::predict, out, workspace);
  return clock.now() - begin;
}

Timing measure(const model::Model& model, std::size_t batch) {
  math::RowBuffer rows(model.schema().features.size());
  fill(rows, batch);
  const std::size_t width = model.schema().output(model::Method::predict)->width;
  core::AlignedBuffer<double> results(batch * width);
  const math::Matrix out(results.data(), batch, width);
  model::Workspace workspace;
  time_calls(model, rows.view(), out, workspace, 1);  // warm: scratch memory and caches
  const core::Duration once = std::max<core::Duration>(1ns, time_calls(model, rows.view(), out, workspace, 1));
  const auto calls = static_cast<std::size_t>(std::clamp<core::Duration::rep>(kSampleTime / once, 1, 1'000'000));
  std::vector<double> samples;
  const core::TimePoint give_up = core::SteadyClock::instance().now() + kPatience;
  while (samples.size() < kSamples && (samples.empty() || core::SteadyClock::instance().now() < give_up)) {
    const core::Duration taken = time_calls(model, rows.view(), out, workspace, calls);
    samples.push_back(static_cast<double>(taken.count()) / static_cast<double>(calls * batch));
  }
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return {batch, *middle};
}

void print_text(const model::Model& model, const std::string& path, const std::vector<Timing>& timings) {
  std::printf("%s: %s, %zu features, one thread, %s\n", path.c_str(), model.description().kind.c_str(),
              model.schema().features.size(), std::string(core::to_string(core::active_isa())).c_str());
  std::printf("%10s %14s %14s\n", "batch", "ns a row", "rows/s");
  for (const Timing& t : timings) std::printf("%10zu %14.1f %14.0f\n", t.batch, t.ns_per_row, 1e9 / t.ns_per_row);
}

void print_json(const model::Model& model, const std::string& path, const std::vector<Timing>& timings) {
  core::TextBuffer out;
  codec::ObjectWriter report(out);
  report.text("file", path).text("kind", model.description().kind);
  report.integer("features", model.schema().features.size()).text("isa", core::to_string(core::active_isa()));
  report.member("batches").append('[');
  for (std::size_t i = 0; i < timings.size(); ++i) {
    if (i != 0) out.append(',');
    codec::ObjectWriter timing(out);
    timing.integer("rows", timings[i].batch).number("ns_per_row", timings[i].ns_per_row).finish();
  }
  out.append(']');
  report.finish();
  out.append('\n');
  std::fwrite(out.data(), 1, out.size(), stdout);
}

}  // namespace

int bench_model(const std::string& path, bool json) {
  const auto model = formats::load_model(path);
  if (!model) {
    std::fprintf(stderr, "pelton bench: %s\n", model.error().message().c_str());
    return kFailed;
  }
  if (!(*model)->schema().output(model::Method::predict)) {
    std::fprintf(stderr, "pelton bench: %s: the model does not offer predict\n", path.c_str());
    return kFailed;
  }
  std::vector<Timing> timings;
  const std::size_t features = std::max<std::size_t>(1, (*model)->schema().features.size());
  for (const std::size_t batch : kBatches) {
    if (batch * features <= kMostValues) timings.push_back(measure(**model, batch));
  }
  if (json) {
    print_json(**model, path, timings);
  } else {
    print_text(**model, path, timings);
  }
  return kDone;
}

}  // namespace pelton::app
