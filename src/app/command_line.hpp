#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace pelton::app {

/// Exit codes of every verb.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

/// What a verb does once the command line has been read; returns its exit code.
using Action = std::function<int()>;

/// Reads the command line, runs the verb, returns the exit code.
int run_command_line(int argc, char** argv);

// One file a verb: each adds itself to the program and sets `run` when it is the one that was given.
void add_serve_command(CLI::App& program, Action& run);
void add_fit_command(CLI::App& program, Action& run);
void add_inspect_command(CLI::App& program, Action& run);
void add_predict_command(CLI::App& program, Action& run);
void add_verify_command(CLI::App& program, Action& run);
void add_compare_command(CLI::App& program, Action& run);
void add_bench_command(CLI::App& program, Action& run);
void add_config_command(CLI::App& program, Action& run);
void add_exporter_command(CLI::App& program, Action& run);

}  // namespace pelton::app
