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

/// The words of a command line that were understood as verbs: `pelton config show`.
struct Given {
  const CLI::App* app;  ///< the last of them
  std::string name;
  int words = 1;
};

Given given_verb(const CLI::App& program) {
  Given given{&program, "pelton"};
  for (auto next = program.get_subcommands(); !next.empty(); next = given.app->get_subcommands()) {
    given = {next.front(), given.name + " " + next.front()->get_name(), given.words + 1};
  }
  return given;
}

int explain_usage_error(const CLI::App& program, const CLI::ParseError& error, int argc, char** argv) {
  const Given given = given_verb(program);
  const std::vector<std::string> known = known_words(*given.app);
  std::string hint;
  for (int i = given.words; i < argc && hint.empty(); ++i) {
    const std::string word = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
    const bool may_be_verb = i == given.words && given.app->get_require_subcommand_max() != 0;
    if (!word.starts_with("--") && !may_be_verb) continue;
    if (std::find(known.begin(), known.end(), word) == known.end()) hint = core::did_you_mean(word, known);
  }
  std::fprintf(stderr, "%s: %s%s\n", given.name.c_str(), error.what(), hint.c_str());
  std::fprintf(stderr, "See %s --help.\n", given.name.c_str());
  return kUsage;
}

void tell_version(CLI::App& app) {
  app.set_version_flag("--version", std::string("pelton ") + PELTON_VERSION);
  for (CLI::App* verb : app.get_subcommands([](CLI::App*) { return true; })) tell_version(*verb);
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
  tell_version(program);
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
