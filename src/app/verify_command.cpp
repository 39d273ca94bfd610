#include <CLI/CLI.hpp>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/golden_run.hpp"
#include "app/golden_source.hpp"
#include "app/input_file.hpp"
#include "app/model_flags.hpp"
#include "app/progress_bar.hpp"
#include "codec/result_writer.hpp"
#include "core/printable.hpp"

namespace pelton::app {

namespace {

using codec::ObjectWriter;
using model::Method;

struct VerifyFlags {
  ModelFlags model;
  std::string rows;
  std::string method;
  std::optional<double> tolerance;
  bool json = false;
};

void print_worst(const char* name, const Worst& worst, const std::string& file) {
  std::printf("  %-10s %.3g", name, worst.difference);
  if (worst.row != 0) std::printf(" in row %zu (%s:%zu)", worst.row, file.c_str(), worst.line);
  std::printf("\n");
}

void print_text(const GoldenRun& run) {
  const std::string& rows_file = run.name();
  for (const Method method : model::kAllMethods) {
    const auto& check = run.check(method);
    if (!check) continue;
    std::printf("%s: %zu %s, %s\n", std::string(to_string(method)).c_str(), check->values(),
                check->labelled() ? "labels" : "values", std::string(to_string(check->type())).c_str());
    if (!check->labelled()) {
      print_worst("absolute", check->absolute(), rows_file);
      print_worst("relative", check->relative(), rows_file);
      if (check->type() == model::ElementType::float32 || check->type() == model::ElementType::float64) {
        print_worst("ulp", check->ulps(), rows_file);
      }
    }
    if (check->beyond() == 0) {
      std::printf(check->tolerance() == 0 ? "  all are equal\n" : "  all are within %g\n", check->tolerance());
    } else {
      std::printf(check->labelled() ? "  %zu differ; the first in row %zu (%s:%zu): %s\n"
                                    : "  %zu beyond tolerance; the first in row %zu (%s:%zu): %s\n",
                  check->beyond(), check->first_row(), rows_file.c_str(), check->first_line(),
                  core::all_printable(check->first_told()).c_str());
    }
  }
}

void append_worst(core::TextBuffer& out, const Worst& worst) {
  ObjectWriter report(out);
  report.number("value", worst.difference);
  if (worst.row != 0) report.integer("row", worst.row).integer("line", worst.line);
  report.finish();
}

void append_check(core::TextBuffer& out, const GoldenCheck& check) {
  ObjectWriter report(out);
  report.text("type", to_string(check.type())).integer("values", check.values()).integer("beyond", check.beyond());
  report.number("tolerance", check.tolerance());
  if (!check.labelled()) {
    append_worst(report.member("absolute"), check.absolute());
    append_worst(report.member("relative"), check.relative());
    append_worst(report.member("ulp"), check.ulps());
  }
  if (check.beyond() != 0) {
    ObjectWriter first(report.member("first_beyond"));
    first.integer("row", check.first_row()).integer("line", check.first_line());
    first.text("detail", check.first_told()).finish();
  }
  report.finish();
}

void append_run(core::TextBuffer& out, const GoldenRun& run, const std::string& model) {
  ObjectWriter report(out);
  report.text("model", model).text("rows_file", run.name()).integer("rows", run.rows());
  report.raw("passed", run.beyond() == 0 ? "true" : "false");
  ObjectWriter methods(report.member("methods"));
  for (const Method method : model::kAllMethods) {
    if (run.check(method)) append_check(methods.member(to_string(method)), *run.check(method));
  }
  methods.finish();
  report.finish();
}

/// Tells of one source's rows; whether they passed.
bool report(const GoldenRun& run, const VerifyFlags& flags) {
  if (flags.json) {
    core::TextBuffer out;
    append_run(out, run, flags.model.file);
    out.append('\n');
    std::fwrite(out.data(), 1, out.size(), stdout);
  } else {
    print_text(run);
  }
  if (run.beyond() == 0) return true;
  std::fflush(stdout);
  std::fprintf(stderr, "pelton verify: %s does not give what %s expects\n", flags.model.file.c_str(),
               core::all_printable(run.name()).c_str());
  return false;
}

/// The rows that are asked for, or those that came with the model.
core::Result<std::vector<GoldenSource>> rows_to_verify(const model::Model& model, const VerifyFlags& flags) {
  std::vector<GoldenSource> sources;
  if (flags.rows.empty()) {
    auto own = golden_sources(model, flags.model.file);
    if (!own || !own->empty()) return own;
    return core::Error(core::ErrorCode::not_found,
                       flags.model.file + ": no golden rows came with it; name a file of them, or - for stdin");
  }
  auto input = InputFile::open(flags.rows);
  if (!input) return input.error();
  GoldenSource given{.name = input->name(),
                     .source = nullptr,
                     .format = input->format_by_name(),
                     .tolerance = std::nullopt,
                     .most_rows = std::numeric_limits<std::size_t>::max()};
  given.source = std::make_unique<InputFile>(*std::move(input));
  sources.push_back(std::move(given));
  return sources;
}

int verify(const VerifyFlags& flags) {
  const auto model = load_flagged(flags.model);
  if (!model) return complain("verify", model.error());
  std::optional<Method> only;
  if (!flags.method.empty()) {
    const auto method = choose_method(flags.method, (*model)->schema());
    if (!method) return complain("verify", method.error());
    only = *method;
  }
  auto sources = rows_to_verify(**model, flags);
  if (!sources) return complain("verify", sources.error());
  bool passed = true;
  for (const GoldenSource& source : *sources) {
    ProgressBar bar;
    const auto* file = dynamic_cast<const InputFile*>(source.source.get());
    GoldenRun run(
        **model, *source.source, source.name, source.format,
        {.only = only,
         .tolerance = flags.tolerance ? flags.tolerance : source.tolerance,
         .most_rows = source.most_rows,
         .progress = [&](std::size_t done) { bar.show(file != nullptr ? file->share() : -1, done, "rows"); }});
    if (auto done = run.run(); !done) return complain("verify", done.error());
    bar.clear();
    passed = report(run, flags) && passed;
  }
  return passed ? kDone : kFailed;
}

}  // namespace

void add_verify_command(CLI::App& program, Action& run) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* verb = program.add_subcommand("verify", "Compare a model's answers with the ones it is known to give");
  verb->footer(
      "Golden rows, NDJSON (or a JSON list of the same): the features and a member for each method known\n"
      "  {\"x\":[5.1,3.5],\"predict\":\"setosa\",\"predict_proba\":[0.9,0.1]}\n"
      "or CSV: beside the features' columns one named as the method (or prediction), or, where it gives several\n"
      "values, METHOD_0, METHOD_1, … or METHOD:CLASS\n"
      "  a,b,predict,predict_proba_0,predict_proba_1\n"
      "null, or an empty cell, is what NaN and infinities are written as. Without ROWS, those in the model's file\n"
      "and in golden.ndjson, golden.json or golden.csv beside it are taken: the ones it must give to be served.\n\n"
      "A number is within T if |result - expected| <= T * max(1, |expected|). Labels and whole numbers must be\n"
      "equal. Exit code 1 if anything is beyond.\n\n"
      "Example: pelton verify model.onnx golden.ndjson --tolerance 1e-7\n"
      "         pelton verify models/churn/3/model.onnx");
  add_model_flags(*verb, flags->model);
  verb->add_option("rows", flags->rows, "File of golden rows, - for stdin (those that came with the model)")
      ->type_name("ROWS");
  verb->add_option("--tolerance", flags->tolerance, "Greatest difference (1e-9 for float64 outputs, 1e-5 for float32)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("T");
  add_method_flag(*verb, flags->method, "Compare this method alone");
  verb->add_flag("--json", flags->json, "Report as JSON");
  verb->callback([flags, &run] { run = [flags] { return verify(*flags); }; });
}

}  // namespace pelton::app
