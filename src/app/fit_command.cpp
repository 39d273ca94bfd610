#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <numeric>
#include <string>

#include "app/command_line.hpp"
#include "core/printable.hpp"
#include "core/text_buffer.hpp"
#include "serving/fitting.hpp"

namespace pelton::app {

namespace {

struct FitFlags {
  std::string data;
  std::string output;
  serving::FitOptions options;
  bool json = false;
};

int fail(const std::string& message) {
  std::fprintf(stderr, "pelton fit: %s\n", core::all_printable(message).c_str());
  return kFailed;
}

/// The score of rows the judged models had not seen, if there is one.
std::optional<double> unseen_score(const serving::FitReport& report) {
  if (report.test_score) return report.test_score;
  const auto& scores = report.validation_scores;
  if (scores.empty()) return std::nullopt;
  return std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
}

/// Told by two thresholds: half of the variance explained, and a loss of a tenth on unseen rows.
const char* verdict(const serving::FitReport& report) {
  const auto unseen = unseen_score(report);
  if (!report.train_score || !unseen) return "unknown: no rows were held out (--test-share, --cv)";
  if (*report.train_score - *unseen > 0.1) return "over-fitting: much worse on rows it has not seen";
  if (*report.train_score < 0.5) return "under-fitting: explains less than half of the variance";
  return "good fit";
}

void print_text(const serving::FitReport& report, const FitFlags& flags) {
  std::printf("%zu rows, %zu features", report.rows, report.features.size());
  if (report.rank < report.features.size()) {
    std::printf(" of which %zu are independent (the shortest solution was taken)", report.rank);
  }
  std::printf("\n");
  const auto line = [](const char* name, const std::optional<double>& score) {
    if (score) std::printf("%-16s R2 %.6f\n", name, *score);
  };
  line("train", report.train_score);
  for (std::size_t i = 0; i < report.validation_scores.size(); ++i) {
    line(("validation " + std::to_string(i + 1)).c_str(), report.validation_scores[i]);
  }
  line("test", report.test_score);
  std::printf("%-16s %s\n", "verdict", verdict(report));
  std::printf("wrote %s (%zu bytes), fitted to all rows\n", flags.output.c_str(), report.onnx.size());
}

void print_json(const serving::FitReport& report, const FitFlags& flags) {
  core::TextBuffer out;
  const auto number = [&](const std::optional<double>& value) {
    if (value) {
      core::append_json_number(out, *value);
    } else {
      out.append("null");
    }
  };
  out.append("{\"rows\":");
  out.append_integer(report.rows);
  out.append(",\"features\":[");
  for (std::size_t i = 0; i < report.features.size(); ++i) {
    if (i != 0) out.append(',');
    core::append_json_string(out, report.features[i]);
  }
  out.append("],\"rank\":");
  out.append_integer(report.rank);
  out.append(",\"train_r2\":");
  number(report.train_score);
  out.append(",\"validation_r2\":[");
  for (std::size_t i = 0; i < report.validation_scores.size(); ++i) {
    if (i != 0) out.append(',');
    number(report.validation_scores[i]);
  }
  out.append("],\"test_r2\":");
  number(report.test_score);
  out.append(",\"verdict\":");
  core::append_json_string(out, verdict(report));
  out.append(",\"output\":");
  core::append_json_string(out, flags.output);
  out.append("}\n");
  std::fwrite(out.data(), 1, out.size(), stdout);
}

/// Written beside its name and renamed: a reader never meets half a model.
bool write_file(const std::string& path, const std::string& bytes) {
  const std::string partial = path + ".partial";
  {
    std::ofstream out(partial, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) {
      std::remove(partial.c_str());
      return false;
    }
  }
  if (std::rename(partial.c_str(), path.c_str()) == 0) return true;
  std::remove(partial.c_str());
  return false;
}

int fit(const FitFlags& flags) {
  const auto csv = serving::read_file(flags.data);
  if (!csv) return fail(csv.error().message());
  const auto report = serving::fit_csv(*csv, flags.options);
  if (!report) return fail(report.error().within(flags.data).message());
  if (!write_file(flags.output, report->onnx)) return fail(flags.output + ": cannot be written");
  if (flags.json) {
    print_json(*report, flags);
  } else {
    print_text(*report, flags);
  }
  return kDone;
}

}  // namespace

void add_fit_command(CLI::App& program, Action& run) {
  auto flags = std::make_shared<FitFlags>();
  CLI::App* verb = program.add_subcommand("fit", "Fit a model to a CSV file and write it as ONNX");
  verb->footer("Example: pelton fit houses.csv --target price --kind linear --cv 5 -o price.onnx");
  verb->add_option("data", flags->data, "CSV with a header")->required()->type_name("DATA.csv");
  verb->add_option("--target", flags->options.target, "Column to predict")->required()->type_name("COLUMN");
  verb->add_option("--kind", flags->options.kind, "linear (least squares)")->type_name("KIND")->capture_default_str();
  verb->add_option("--cv", flags->options.folds, "Folds of a cross-validation")->type_name("K");
  verb->add_option("--test-share", flags->options.test_share, "Share of the rows held out for a test score")
      ->check(CLI::Range(0.0, 0.9))
      ->type_name("SHARE");
  verb->add_option("--seed", flags->options.seed, "Seed of the shuffles")->type_name("N")->capture_default_str();
  verb->add_option("-o,--output", flags->output, "Where the model goes")->required()->type_name("MODEL.onnx");
  verb->add_flag("--json", flags->json, "Report as JSON");
  verb->callback([flags, &run] { run = [flags] { return fit(*flags); }; });
}

}  // namespace pelton::app
