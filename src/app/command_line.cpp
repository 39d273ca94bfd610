#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "core/suggest.hpp"

namespace pelton::app {

namespace {

/// Every spelling the program or its given verb would have understood.
std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    words.push_back(verb->get_name());
  return words;
}

/// The verb that was given, or the program itself.
const CLI::App& current(const CLI::App& program) {
  const auto given = program.get_subcommands();
  return given.empty() ? program : *given.front();
}

int explain_usage_error(const CLI::App& program, const CLI::ParseError& error, int argc, char** argv) {
  const CLI::App& app = current(program);
  std::string hint;
  for (int i = 1; i < argc && hint.empty(); ++i) {
    const std::string word = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
    const std::vector<std::string> known = known_words(app);
    const bool flag = word.starts_with("--");
    if (!flag && (&app != &program || i > 1)) continue;
    if (std::find(known.begin(), known.end(), word) == known.end()) hint = core::did_you_mean(word, known);
  }
  std::fprintf(stderr, "%s: %s%s\n", &app == &program ? "pelton" : ("pelton " + app.get_name()).c_str(), error.what(),
               hint.c_str());
  std::fprintf(stderr, "See pelton %s--help.\n", &app == &program ? "" : (app.get_name() + " ").c_str());
  return kUsage;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App program("Pelton serves fitted models over HTTP: tree ensembles, linear models, SVMs, small networks.",
                   "pelton");
  program.footer("Example: pelton serve model.onnx --port 8080");
  program.require_subcommand(0, 1);
  Action action;
  add_serve_command(program, action);
  add_fit_command(program, action);
  add_inspect_command(program, action);
  add_predict_command(program, action);
  add_verify_command(program, action);
  add_compare_command(program, action);
  add_bench_command(program, action);
  add_config_command(program, action);
  add_exporter_command(program, action);
  const std::string version = std::string("pelton ") + PELTON_VERSION;
  program.set_version_flag("--version", version);
  for (CLI::App* verb : program.get_subcommands([](CLI::App*) { return true; })) {
    verb->set_version_flag("--version", version);
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are told by the same way as errors, with exit code 0 and on stdout.
    if (error.get_exit_code() == 0) return program.exit(error);
    return explain_usage_error(program, error, argc, argv);
  }
  if (!action) {
    std::fputs(program.help().c_str(), stderr);
    return kUsage;
  }
  return action();
}

}  // namespace pelton::app
