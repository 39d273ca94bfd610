#include "app/bench_model.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>
#include <vector>

#include "app/command_line.hpp"
#include "app/input_file.hpp"
#include "app/progress_bar.hpp"
#include "codec/result_writer.hpp"
#include "codec/row_stream.hpp"
#include "core/aligned_buffer.hpp"
#include "core/clock.hpp"
#include "core/cpu_features.hpp"
#include "core/printable.hpp"
#include "math/row_buffer.hpp"
#include "serving/sample_rows.hpp"

namespace pelton::app {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBatches[] = {1, 16, 256, 4096};
constexpr std::size_t kDistinctRows = 4096;
constexpr std::size_t kFileRows = 65'536;
constexpr std::size_t kMostValues = std::size_t{1} << 24;  // 128 MiB of rows
constexpr std::size_t kMostBytes = std::size_t{1} << 28;   // of rows and their texts
constexpr std::size_t kSamples = 15;
constexpr core::Duration kSampleTime = 2ms;  // long beside a clock read, short beside a time slice
constexpr core::Duration kPatience = 2s;     // a batch size

struct Timing {
  std::size_t batch;
  double ns_per_row;
};

/// Calls of the model that go round and round through many rows.
class Calls {
 public:
  Calls(const model::Model& model, model::Method method, math::ConstMatrix rows, std::size_t batch)
      : model_(model),
        method_(method),
        rows_(rows),
        batch_(batch),
        width_(model.schema().output(method)->width),
        results_(batch * width_) {}

  core::Duration time(std::size_t calls) {
    const core::Clock& clock = core::SteadyClock::instance();
    const core::TimePoint begin = clock.now();
    for (std::size_t i = 0; i < calls; ++i) {
      model_.score(rows_.slice(at_, batch_), method_, {results_.data(), batch_, width_}, workspace_);
      at_ += batch_;
      if (at_ + batch_ > rows_.rows) at_ = 0;
    }
    return clock.now() - begin;
  }

 private:
  const model::Model& model_;
  const model::Method method_;
  const math::ConstMatrix rows_;
  const std::size_t batch_;
  const std::size_t width_;
  core::AlignedBuffer<double> results_;
  model::Workspace workspace_;
  std::size_t at_ = 0;
};

Timing measure(const model::Model& model, model::Method method, math::ConstMatrix rows, std::size_t batch) {
  Calls calls(model, method, rows, batch);
  calls.time(1);  // warm: scratch memory and caches
  const core::Duration once = std::max<core::Duration>(1ns, calls.time(1));
  const auto count = static_cast<std::size_t>(std::clamp<core::Duration::rep>(kSampleTime / once, 1, 1'000'000));
  std::vector<double> samples;
  const core::TimePoint give_up = core::SteadyClock::instance().now() + kPatience;
  while (samples.size() < kSamples && (samples.empty() || core::SteadyClock::instance().now() < give_up)) {
    samples.push_back(static_cast<double>(calls.time(count).count()) / static_cast<double>(count * batch));
  }
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return {batch, *middle};
}

/// Rows to go round through.
struct BenchRows {
  math::RowBuffer rows;
  std::size_t distinct;
};

/// The first rows of a file, one after another again where they are fewer than `count`.
core::Result<BenchRows> rows_of_file(const std::string& file, const model::Schema& schema, std::size_t count,
                                     std::size_t most) {
  auto input = InputFile::open(file);
  if (!input) return input.error();
  const codec::FeatureTable features(schema);
  codec::RowStream stream(*input, features, input->format_by_name());
  math::RowBuffer rows(features.width());
  const auto at_line = [&](const std::string& why) {
    return core::Error(core::ErrorCode::invalid_argument,
                       input->name() + ":" + std::to_string(stream.line()) + ": " + why);
  };
  for (bool more = true; more && rows.rows() < most && rows.capacity_bytes() < kMostBytes;) {
    const auto step = stream.next(rows);
    if (!step) return at_line(step.error().message());
    if (*step == codec::RowStream::Step::bad_row) return at_line(stream.complaint());
    more = *step != codec::RowStream::Step::end;
    if (*step != codec::RowStream::Step::dry) continue;
    if (auto refilled = stream.refill(); !refilled) return at_line(refilled.error().message());
  }
  const std::size_t read = rows.rows();
  if (read == 0) return core::Error(core::ErrorCode::invalid_argument, file + ": holds no rows");
  for (std::size_t i = read; i < count; ++i) {
    double* const to = rows.append_row();
    const double* const from = std::as_const(rows).view().row(i - read);
    std::copy(from, from + features.width(), to);
  }
  return BenchRows{std::move(rows), read};
}

/// What was measured of what.
struct Report {
  const model::Model& model;
  const std::string& file;
  model::Method method;
  const std::string& rows_file;
  std::size_t rows;
  const std::vector<Timing>& timings;
};

void print_text(const Report& report) {
  std::printf("%s: %s, %zu features, one thread, %s\n", report.file.c_str(),
              core::all_printable(report.model.description().kind).c_str(), report.model.schema().features.size(),
              std::string(core::to_string(core::active_isa())).c_str());
  std::printf("%s of %zu %s\n", std::string(to_string(report.method)).c_str(), report.rows,
              report.rows_file.empty() ? "made-up rows" : ("rows of " + report.rows_file).c_str());
  std::printf("%10s %14s %14s\n", "batch", "ns a row", "rows/s");
  for (const Timing& t : report.timings) {
    std::printf("%10zu %14.1f %14.0f\n", t.batch, t.ns_per_row, 1e9 / t.ns_per_row);
  }
}

void print_json(const Report& report) {
  core::TextBuffer out;
  codec::ObjectWriter json(out);
  json.text("file", report.file).text("kind", report.model.description().kind);
  json.text("method", to_string(report.method));
  json.integer("features", report.model.schema().features.size()).text("isa", core::to_string(core::active_isa()));
  json.text("rows_file", report.rows_file).integer("rows", report.rows);
  json.member("batches").append('[');
  for (std::size_t i = 0; i < report.timings.size(); ++i) {
    if (i != 0) out.append(',');
    codec::ObjectWriter timing(out);
    timing.integer("rows", report.timings[i].batch).number("ns_per_row", report.timings[i].ns_per_row).finish();
  }
  out.append(']');
  json.finish();
  out.append('\n');
  std::fwrite(out.data(), 1, out.size(), stdout);
}

}  // namespace

int bench_model(const ModelFlags& flags, model::Method method, const std::string& rows_file, bool json) {
  const auto loaded = load_flagged(flags);
  if (!loaded) return complain("bench", loaded.error());
  const model::Model& model = **loaded;
  if (const auto offered = choose_method(std::string(to_string(method)), model.schema()); !offered) {
    return complain("bench", offered.error());
  }
  const std::size_t width = std::max(model.schema().features.size(), model.schema().output(method)->width);
  const std::size_t most = std::max<std::size_t>(1, kMostValues / std::max<std::size_t>(1, width));
  const std::size_t count = std::min(kDistinctRows, most);
  auto rows = rows_file.empty() ? core::Result<BenchRows>(BenchRows{serving::sample_rows(model, count), count})
                                : rows_of_file(rows_file, model.schema(), count, std::min(kFileRows, most));
  if (!rows) return complain("bench", rows.error());
  std::vector<Timing> timings;
  {
    ProgressBar bar("timing " + flags.file);
    for (const std::size_t batch : kBatches) {
      if (batch <= count) timings.push_back(measure(model, method, std::as_const(rows->rows).view(), batch));
      bar.show(static_cast<double>(batch) / static_cast<double>(kBatches[std::size(kBatches) - 1]));
    }
  }
  const Report report{model, flags.file, method, rows_file, rows->distinct, timings};
  if (json) {
    print_json(report);
  } else {
    print_text(report);
  }
  return kDone;
}

}  // namespace pelton::app
