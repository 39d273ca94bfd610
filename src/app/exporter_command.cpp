#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/command_line.hpp"
#include "app/exporter.hpp"

namespace pelton::app {

namespace {

int print_exporter() {
  const std::string_view script = exporter_script();
  const bool written = std::fwrite(script.data(), 1, script.size(), stdout) == script.size();
  return written && std::fflush(stdout) == 0 ? kDone : kFailed;
}

}  // namespace

void add_exporter_command(CLI::App& program, Action& run) {
  CLI::App* verb = program.add_subcommand("exporter", "Print the Python script that exports scikit-learn models");
  verb->footer(
      "The script writes a fitted estimator or pipeline as DIR/NAME/1/model.onnx, with golden rows and a baseline of\n"
      "the training rows, once it has found that every output is scikit-learn's.\n\n"
      "Example: pelton exporter > export.py\n"
      "         python export.py model.joblib DIR --rows train.csv");
  verb->callback([&run] { run = print_exporter; });
}

}  // namespace pelton::app
