#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/golden_check.hpp"
#include "app/input_file.hpp"
#include "app/model_flags.hpp"
#include "app/progress_bar.hpp"
#include "codec/golden_rows.hpp"
#include "codec/result_writer.hpp"
#include "core/printable.hpp"

namespace pelton::app {

namespace {

using codec::ObjectWriter;
using model::Method;

struct VerifyFlags {
  ModelFlags model;
  std::string rows = "-";
  std::string method;
  std::optional<double> tolerance;
  bool json = false;
};

/// Golden rows through the model, one by one, into one check a method.
class Verification {
 public:
  Verification(const model::Model& model, InputFile& input, std::optional<Method> only, std::optional<double> tolerance)
      : model_(model),
        input_(input),
        only_(only),
        tolerance_(tolerance),
        features_(model.schema()),
        golden_(input, features_, model.schema(), input.format_by_name()),
        rows_(features_.width()) {}

  /// Errors name the file and line.
  core::Result<void> run() {
    codec::ExpectedOutputs expected;
    for (;;) {
      const auto more = golden_.next(rows_, expected);
      if (!more) return more.error().within(input_.name() + ":" + std::to_string(golden_.line()));
      if (!*more) break;
      ++done_;
      for (const Method method : model::kAllMethods) {
        if (!only_ || *only_ == method) compare(method, expected[static_cast<std::size_t>(method)]);
      }
      rows_.clear();
      bar_.show(input_.share(), done_, "rows");
    }
    if (done_ == 0) return core::Error(core::ErrorCode::invalid_argument, input_.name() + ": holds no rows");
    for (const auto& check : checks_) {
      if (check) return {};
    }
    return core::Error(core::ErrorCode::invalid_argument,
                       input_.name() + ": no row says what " + std::string(to_string(*only_)) + " gives");
  }

  std::size_t rows() const noexcept { return done_; }
  const std::optional<GoldenCheck>& check(Method method) const { return checks_[static_cast<std::size_t>(method)]; }

 private:
  void compare(Method method, const std::optional<std::vector<codec::ExpectedValue>>& expected) {
    if (!expected) return;
    results_.resize(expected->size());
    model_.score(std::as_const(rows_).view(), method, {results_.data(), 1, results_.size()}, workspace_);
    auto& check = checks_[static_cast<std::size_t>(method)];
    if (!check) check.emplace(model_.schema(), method, tolerance_);
    check->compare(results_.data(), *expected, done_, golden_.line());
  }

  const model::Model& model_;
  InputFile& input_;
  const std::optional<Method> only_;
  const std::optional<double> tolerance_;
  const codec::FeatureTable features_;
  codec::GoldenRows golden_;
  math::RowBuffer rows_;
  std::vector<double> results_;
  model::Workspace workspace_;
  std::array<std::optional<GoldenCheck>, model::kMethodCount> checks_;
  ProgressBar bar_;
  std::size_t done_ = 0;
};

void print_worst(const char* name, const Worst& worst, const std::string& file) {
  std::printf("  %-10s %.3g", name, worst.difference);
  if (worst.row != 0) std::printf(" in row %zu (%s:%zu)", worst.row, file.c_str(), worst.line);
  std::printf("\n");
}

void print_text(const Verification& run, const std::string& rows_file) {
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

void print_json(const Verification& run, const VerifyFlags& flags, bool passed) {
  core::TextBuffer out;
  ObjectWriter report(out);
  report.text("model", flags.model.file).text("rows_file", flags.rows).integer("rows", run.rows());
  report.raw("passed", passed ? "true" : "false");
  ObjectWriter methods(report.member("methods"));
  for (const Method method : model::kAllMethods) {
    if (run.check(method)) append_check(methods.member(to_string(method)), *run.check(method));
  }
  methods.finish();
  report.finish();
  out.append('\n');
  std::fwrite(out.data(), 1, out.size(), stdout);
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
  auto input = InputFile::open(flags.rows);
  if (!input) return complain("verify", input.error());
  Verification run(**model, *input, only, flags.tolerance);
  if (auto done = run.run(); !done) return complain("verify", done.error());
  std::size_t beyond = 0;
  for (const Method method : model::kAllMethods) {
    if (run.check(method)) beyond += run.check(method)->beyond();
  }
  if (flags.json) {
    print_json(run, flags, beyond == 0);
  } else {
    print_text(run, input->name());
  }
  if (beyond == 0) return kDone;
  std::fflush(stdout);
  std::fprintf(stderr, "pelton verify: %s does not give what %s expects\n", flags.model.file.c_str(),
               input->name().c_str());
  return kFailed;
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
      "null, or an empty cell, is what NaN and infinities are written as.\n\n"
      "A number is within T if |result - expected| <= T * max(1, |expected|). Labels and whole numbers must be\n"
      "equal. Exit code 1 if anything is beyond.\n\n"
      "Example: pelton verify model.onnx golden.ndjson --tolerance 1e-7");
  add_model_flags(*verb, flags->model);
  verb->add_option("rows", flags->rows, "File of golden rows, - for stdin (-)")->type_name("ROWS");
  verb->add_option("--tolerance", flags->tolerance, "Greatest difference (1e-9 for float64 outputs, 1e-5 for float32)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("T");
  add_method_flag(*verb, flags->method, "Compare this method alone");
  verb->add_flag("--json", flags->json, "Report as JSON");
  verb->callback([flags, &run] { run = [flags] { return verify(*flags); }; });
}

}  // namespace pelton::app
