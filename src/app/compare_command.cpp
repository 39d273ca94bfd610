#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "app/command_line.hpp"
#include "app/comparison.hpp"
#include "app/input_file.hpp"
#include "app/model_flags.hpp"
#include "app/progress_bar.hpp"
#include "codec/json_list.hpp"
#include "core/printable.hpp"

namespace pelton::app {

namespace {

using codec::ObjectWriter;
using model::Method;

struct CompareFlags {
  ModelFlags before;
  std::string after;
  std::string rows = "-";
  std::string method;
  double tolerance = 0;
  std::size_t top = 10;
  std::optional<double> fail_above;
  bool json = false;
};

constexpr std::array<std::pair<const char*, double>, 4> kQuantiles{std::pair{"p50", 0.5}, std::pair{"p90", 0.9},
                                                                   std::pair{"p99", 0.99}, std::pair{"p99_9", 0.999}};

void print_change(const Change& change, const std::string& file) {
  std::printf("%s: %zu of %zu rows change (%.3g %%)\n", std::string(to_string(change.method())).c_str(),
              change.changed(), change.rows(), 100 * change.changed_share());
  if (!change.labelled()) {
    std::printf("  greatest   %.3g\n  mean       %.3g\n", change.greatest(), change.mean());
    for (const auto& [name, share] : kQuantiles) std::printf("  %-10s %.3g\n", name, change.quantile(share));
  }
  for (const ChangedRow& row : change.worst()) {
    std::printf("  row %zu (%s:%zu): %s -> %s\n", row.row, core::all_printable(file).c_str(), row.line,
                core::all_printable(row.before).c_str(), core::all_printable(row.after).c_str());
  }
}

void append_change(core::TextBuffer& out, const Change& change) {
  ObjectWriter report(out);
  report.integer("rows", change.rows()).integer("changed", change.changed());
  report.number("changed_share", change.changed_share());
  if (!change.labelled()) {
    report.number("max", change.greatest()).number("mean", change.mean());
    ObjectWriter quantiles(report.member("quantiles"));
    for (const auto& [name, share] : kQuantiles) quantiles.number(name, change.quantile(share));
    quantiles.finish();
  }
  codec::append_list(report.member("top"), change.worst(), [&](const ChangedRow& row) {
    ObjectWriter one(out);
    one.integer("row", row.row).integer("line", row.line);
    if (!change.labelled()) one.number("difference", row.difference);
    one.raw("old", row.before).raw("new", row.after).finish();
  });
  report.finish();
}

void print_json(const Comparison& comparison, const CompareFlags& flags, const std::string& rows_file) {
  core::TextBuffer out;
  ObjectWriter report(out);
  report.text("old", flags.before.file).text("new", flags.after).text("rows_file", rows_file);
  report.integer("rows", comparison.rows()).number("tolerance", flags.tolerance);
  ObjectWriter methods(report.member("methods"));
  for (const Change& change : comparison.changes()) append_change(methods.member(to_string(change.method())), change);
  methods.finish();
  report.member("not_compared").append('[');
  for (std::size_t i = 0; i < comparison.passed_over().size(); ++i) {
    if (i != 0) out.append(',');
    core::append_json_string(out, comparison.passed_over()[i]);
  }
  out.append(']');
  report.finish();
  out.append('\n');
  std::fwrite(out.data(), 1, out.size(), stdout);
}

/// kFailed where more rows of a method change than the caller will have.
int verdict(const Comparison& comparison, const CompareFlags& flags) {
  if (!flags.fail_above) return kDone;
  int code = kDone;
  std::fflush(stdout);
  for (const Change& change : comparison.changes()) {
    if (change.changed_share() <= *flags.fail_above) continue;
    std::fprintf(stderr, "pelton compare: %s changes in %.3g %% of the rows\n",
                 std::string(to_string(change.method())).c_str(), 100 * change.changed_share());
    code = kFailed;
  }
  return code;
}

int compare(const CompareFlags& flags) {
  const auto before = load_flagged(flags.before);
  if (!before) return complain("compare", before.error());
  const auto after = load_flagged({.file = flags.after, .iterations = flags.before.iterations});
  if (!after) return complain("compare", after.error());
  ProgressBar bar;
  auto input = InputFile::open(flags.rows);
  if (!input) return complain("compare", input.error());
  Comparison::Options options{.only = {}, .tolerance = flags.tolerance, .most_rows = flags.top, .progress = {}};
  if (!flags.method.empty()) {
    const auto method = choose_method(flags.method, (*before)->schema());
    if (!method) return complain("compare", method.error());
    options.only = *method;
  }
  options.progress = [&](std::size_t done) { bar.show(input->share(), done, "rows"); };
  auto comparison = Comparison::make(**before, **after, std::move(options));
  if (!comparison) return complain("compare", comparison.error());
  auto done = comparison->run(*input, input->name(), input->format_by_name());
  bar.clear();
  if (!done) return complain("compare", done.error());
  if (flags.json) {
    print_json(*comparison, flags, input->name());
  } else {
    for (const Change& change : comparison->changes()) print_change(change, input->name());
    for (const std::string& reason : comparison->passed_over()) std::printf("not compared: %s\n", reason.c_str());
  }
  return verdict(*comparison, flags);
}

}  // namespace

void add_compare_command(CLI::App& program, Action& run) {
  auto flags = std::make_shared<CompareFlags>();
  CLI::App* verb = program.add_subcommand("compare", "Tell how the predictions change from one model to another");
  verb->footer(
      "Rows are those of pelton predict, read as a stream, in constant memory. For each method that both models\n"
      "have: how many rows change, by how much (a row's greatest difference: greatest, mean and quantiles, these to\n"
      "1 part in 256), and the rows that change most. A value has changed if |new - old| > T * max(1, |old|), a\n"
      "label if it is another one.\n\n"
      "Example: pelton compare models/churn/3/model.onnx models/churn/4/model.onnx rows.csv --top 5");
  verb->add_option("old", flags->before.file, "Model file")->required()->type_name("OLD");
  verb->add_option("new", flags->after, "Model file")->required()->type_name("NEW");
  verb->add_option("rows", flags->rows, "File of rows, - for stdin (-)")->type_name("ROWS");
  add_iterations_flag(*verb, flags->before);
  add_method_flag(*verb, flags->method, "Compare this method alone");
  verb->add_option("--tolerance", flags->tolerance, "Differences up to it are none (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("T");
  verb->add_option("--top", flags->top, "Rows to tell, of those that change most, a method (10)")
      ->check(CLI::Range(std::size_t{0}, std::size_t{10'000}))
      ->type_name("K");
  verb->add_option("--fail-above", flags->fail_above, "Exit code 1 if a greater share of rows changes")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("SHARE");
  verb->add_flag("--json", flags->json, "Report as JSON");
  verb->callback([flags, &run] { run = [flags] { return compare(*flags); }; });
}

}  // namespace pelton::app
