#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <variant>

#include "app/command_line.hpp"
#include "app/golden_source.hpp"
#include "app/model_flags.hpp"
#include "codec/feature_card.hpp"
#include "codec/json_list.hpp"
#include "codec/result_writer.hpp"
#include "core/cpu_features.hpp"
#include "core/printable.hpp"
#include "formats/load.hpp"
#include "serving/loaded_model.hpp"

namespace pelton::app {

namespace {

/// Of a file's parts that are not carried out: all of them, for any file that is meant to be read.
constexpr std::size_t kRefusalsTold = 1000;

struct InspectFlags {
  ModelFlags model;
  bool json = false;
};

std::string told(const model::Label& label) {
  if (const auto* text = std::get_if<std::string>(&label)) return core::all_printable(*text);
  return std::to_string(std::get<std::int64_t>(label));
}

/// The first few names of a feature's categories: `: red, green, blue, …`.
std::string told_categories(const model::Feature& feature) {
  constexpr std::size_t kShown = 8;
  if (feature.categories == nullptr) return {};
  const auto& names = feature.categories->names();
  if (names.empty() && feature.categories->numbers_are_names()) return ", categories by any name";
  std::string text = ", " + std::to_string(names.size()) + (names.size() == 1 ? " category" : " categories");
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
    text.append(i == 0 ? ": " : ", ") += core::all_printable(names[i]);
  return names.size() > kShown ? text + ", …" : text;
}

/// What a row costs, alone and in a large batch.
struct RowCost {
  double alone_ns;
  double in_batch_ns;
};

RowCost row_cost(const model::Model& model, model::Method method) {
  const serving::MeasuredCost cost = serving::measure_cost(model, method);
  return {static_cast<double>((cost.fixed + cost.per_row).count()), static_cast<double>(cost.per_row.count())};
}

/// The golden rows that came with the model, scored.
struct GoldenVerdict {
  std::string name;
  std::size_t rows = 0;
  std::string complaint;  ///< empty where the model gives what they expect
};

std::vector<GoldenVerdict> judge_golden_rows(const model::Model& model, const std::string& file) {
  std::vector<GoldenVerdict> verdicts;
  auto sources = golden_sources(model, file);
  if (!sources) return {{.name = "golden rows", .rows = 0, .complaint = sources.error().message()}};
  for (GoldenSource& source : *sources) {
    GoldenRun run(model, *source.source, source.name, source.format,
                  {.only = {}, .tolerance = source.tolerance, .most_rows = source.most_rows});
    const auto done = run.run();
    verdicts.push_back({source.name, run.rows(), done ? run.first_beyond() : done.error().message()});
  }
  return verdicts;
}

/// What a row may do without.
const char* may_be(const model::Feature& feature) {
  if (feature.optional) return feature.takes_missing ? ", may be left out, may be missing" : ", may be left out";
  return feature.takes_missing ? ", may be missing" : "";
}

void print_inputs(const model::Schema& schema) {
  std::printf("inputs       %zu\n", schema.features.size());
  constexpr std::size_t kShown = 50;
  for (std::size_t i = 0; i < schema.features.size() && i < kShown; ++i) {
    const model::Feature& feature = schema.features[i];
    std::printf("  %-4zu %-24s %s%s%s\n", i, feature.name.empty() ? "-" : core::all_printable(feature.name).c_str(),
                std::string(to_string(feature.type)).c_str(), may_be(feature), told_categories(feature).c_str());
  }
  if (schema.features.size() > kShown) std::printf("  … and %zu more\n", schema.features.size() - kShown);
}

/// The values of a row: `3`, or `[2, 3]` where they are told as lists of lists.
std::string told_shape(const model::OutputSpec& output) {
  if (output.shape.empty()) return std::to_string(output.width);
  std::string text;
  for (const std::size_t dim : output.shape) text.append(text.empty() ? "[" : ", ").append(std::to_string(dim));
  return text + "]";
}

/// One step of the plan; what depends on the number of rows on lines of its own.
void print_step(std::string_view step) {
  for (const char* indent = "  "; !step.empty(); indent = "    ") {
    const std::size_t end = std::min(step.find("; from "), step.size());
    std::printf("%s%.*s\n", indent, static_cast<int>(end), step.data());
    step.remove_prefix(std::min(end + 2, step.size()));
  }
}

void print_attached(const model::Model& model, const std::vector<GoldenVerdict>& golden) {
  if (golden.empty()) std::printf("golden rows  none\n");
  for (const GoldenVerdict& verdict : golden) {
    std::printf("golden rows  %zu (%s), %s%s\n", verdict.rows, core::all_printable(verdict.name).c_str(),
                verdict.complaint.empty() ? "all as expected" : "NOT AS EXPECTED: ",
                core::all_printable(verdict.complaint).c_str());
  }
  const std::size_t baseline = model.description().attachments.baseline.size();
  if (baseline == 0) std::printf("baseline     none\n");
  if (baseline != 0) std::printf("baseline     of the training rows, %zu bytes\n", baseline);
}

std::uintmax_t file_size(const std::string& file) {
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(file, failure);
  return failure ? 0 : size;
}

void print_text(const model::Model& model, const std::string& file, const std::vector<GoldenVerdict>& golden) {
  const model::Schema& schema = model.schema();
  const model::Description& description = model.description();
  std::printf("%s\n", core::all_printable(file).c_str());
  std::printf("kind         %s (%s)\n", core::all_printable(description.kind).c_str(), description.format.c_str());
  std::printf("parameters   %zu, %zu bytes packed", description.parameters, description.bytes);
  if (!std::isnan(description.flops_per_row)) std::printf(", %.0f operations a row", description.flops_per_row);
  std::printf("\n");
  std::printf("file         %ju bytes\n", file_size(file));
  print_inputs(schema);
  for (const std::string& input : description.inputs) std::printf("  of %s\n", core::all_printable(input).c_str());
  if (!schema.classes.empty()) {
    std::printf("classes      %zu:", schema.classes.size());
    for (std::size_t i = 0; i < schema.classes.size() && i < 20; ++i)
      std::printf(" %s", told(schema.classes[i]).c_str());
    std::printf("%s\n", schema.classes.size() > 20 ? " …" : "");
  }
  std::printf("outputs\n");
  for (const model::Method method : model::kAllMethods) {
    const auto& spec = schema.output(method);
    if (!spec) continue;
    const RowCost cost = row_cost(model, method);
    std::printf("  %-18s %s, %s a row, about %.0f ns a row in a batch, %.0f alone\n",
                std::string(to_string(method)).c_str(), std::string(to_string(spec->type)).c_str(),
                told_shape(*spec).c_str(), cost.in_batch_ns, cost.alone_ns);
  }
  std::printf("operators   ");
  for (const std::string& operation : description.operations)
    std::printf(" %s", core::all_printable(operation).c_str());
  std::printf("\nplan         (%s)\n", std::string(core::to_string(core::active_isa())).c_str());
  for (const std::string& step : description.plan) print_step(core::all_printable(step));
  print_attached(model, golden);
}

void append_golden(core::TextBuffer& out, const std::vector<GoldenVerdict>& golden) {
  codec::append_list(out, golden, [&](const GoldenVerdict& each) {
    codec::ObjectWriter verdict(out);
    verdict.text("source", each.name).integer("rows", each.rows);
    verdict.raw("passed", each.complaint.empty() ? "true" : "false");
    if (!each.complaint.empty()) verdict.text("detail", each.complaint);
    verdict.finish();
  });
}

void print_json(const model::Model& model, const std::string& file, const std::vector<GoldenVerdict>& golden) {
  const model::Schema& schema = model.schema();
  const model::Description& description = model.description();
  core::TextBuffer out;
  codec::ObjectWriter report(out);
  report.text("file", file).text("format", description.format).text("kind", description.kind);
  report.integer("file_bytes", file_size(file));
  report.integer("parameters", description.parameters).integer("bytes", description.bytes);
  report.number("flops_per_row", description.flops_per_row);
  report.text("isa", core::to_string(core::active_isa()));
  report.member("inputs").append('[');
  for (std::size_t i = 0; i < schema.features.size(); ++i) {
    if (i != 0) out.append(',');
    codec::ObjectWriter input(out);
    input.text("name", schema.features[i].name).text("type", to_string(schema.features[i].type));
    input.raw("missing", schema.features[i].takes_missing ? "true" : "false");
    if (schema.features[i].optional) input.raw("optional", "true");
    codec::append_categories(input, schema.features[i]);
    input.finish();
  }
  out.append(']');
  report.member("classes").append('[');
  for (std::size_t i = 0; i < schema.classes.size(); ++i) {
    if (i != 0) out.append(',');
    if (const auto* number = std::get_if<std::int64_t>(&schema.classes[i])) {
      out.append_integer(*number);
    } else {
      core::append_json_string(out, std::get<std::string>(schema.classes[i]));
    }
  }
  out.append(']');
  codec::ObjectWriter outputs(report.member("outputs"));
  for (const model::Method method : model::kAllMethods) {
    const auto& spec = schema.output(method);
    if (!spec) continue;
    codec::ObjectWriter output(outputs.member(to_string(method)));
    const RowCost cost = row_cost(model, method);
    output.text("type", to_string(spec->type)).integer("width", spec->width);
    codec::append_shape(output, *spec);
    output.number("ns_per_row", cost.in_batch_ns).number("ns_one_row", cost.alone_ns).finish();
  }
  outputs.finish();
  codec::append_texts(report.member("graph_inputs"), description.inputs);
  codec::append_texts(report.member("operations"), description.operations);
  codec::append_texts(report.member("plan"), description.plan);
  append_golden(report.member("golden_rows"), golden);
  report.integer("baseline_bytes", description.attachments.baseline.size());
  report.finish();
  out.append('\n');
  std::fwrite(out.data(), 1, out.size(), stdout);
}

/// Every part of the file that is not carried out, a line each.
int refuse(const core::Error& error) {
  std::string text = core::all_printable(error.message());
  constexpr std::string_view kNext = "; node \"";
  for (std::size_t at = text.find(kNext); at != std::string::npos; at = text.find(kNext, at)) {
    text.replace(at, 2, "\n  ");
  }
  std::fprintf(stderr, "pelton inspect: %s\n", text.c_str());
  return kFailed;
}

int inspect(const InspectFlags& flags) {
  formats::Limits limits;
  limits.refusals = kRefusalsTold;
  const auto model = load_flagged(flags.model, limits);
  if (!model) return refuse(model.error());
  const std::vector<GoldenVerdict> golden = judge_golden_rows(**model, flags.model.file);
  if (flags.json) {
    print_json(**model, flags.model.file, golden);
  } else {
    print_text(**model, flags.model.file, golden);
  }
  const bool passed = std::all_of(golden.begin(), golden.end(), [](const auto& one) { return one.complaint.empty(); });
  if (passed) return kDone;
  std::fflush(stdout);
  std::fprintf(stderr, "pelton inspect: the model does not give what its golden rows expect, so it is not served\n");
  return kFailed;
}

}  // namespace

void add_inspect_command(CLI::App& program, Action& run) {
  auto flags = std::make_shared<InspectFlags>();
  CLI::App* verb = program.add_subcommand("inspect", "Show what a model takes and gives, and how it will run");
  verb->footer("Example: pelton inspect model.onnx");
  add_model_flags(*verb, flags->model);
  verb->add_flag("--json", flags->json, "Report as JSON");
  verb->callback([flags, &run] { run = [flags] { return inspect(*flags); }; });
}

}  // namespace pelton::app
