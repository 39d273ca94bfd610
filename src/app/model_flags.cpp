#include "app/model_flags.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <vector>

#include "app/command_line.hpp"
#include "app/progress_bar.hpp"
#include "core/printable.hpp"
#include "core/suggest.hpp"
#include "formats/iterations.hpp"

namespace pelton::app {

using core::Error;
using core::ErrorCode;

void add_iterations_flag(CLI::App& verb, ModelFlags& flags) {
  verb.add_option("--iterations", flags.iterations,
                  "Boosting rounds that take part: A:B (from A up to, not with, B), A:, :B, or best")
      ->check([](const std::string& text) {
        const auto read = formats::parse_iterations(text);
        return read ? std::string() : read.error().message();
      })
      ->type_name("A:B|best");
}

void add_model_flags(CLI::App& verb, ModelFlags& flags) {
  verb.add_option("model", flags.file, "Model file")->required()->type_name("MODEL");
  add_iterations_flag(verb, flags);
}

core::Result<formats::LoadedModel> load_flagged(const ModelFlags& flags, const formats::Limits& limits) {
  formats::Options options;
  options.limits = limits;
  if (!flags.iterations.empty()) {
    const auto iterations = formats::parse_iterations(flags.iterations);
    if (!iterations) return iterations.error();
    options.iterations = *iterations;
  }
  ProgressBar bar("reading " + flags.file);
  options.progress = [&bar](double share) { bar.show(share); };
  return formats::load_model(flags.file, options);
}

int complain(const char* verb, const Error& error) {
  std::fprintf(stderr, "pelton %s: %s\n", verb, core::all_printable(error.message()).c_str());
  return kFailed;
}

void add_method_flag(CLI::App& verb, std::string& method, const std::string& help) {
  verb.add_option("--method", method, help)
      ->check([](const std::string& name) {
        const auto read = parse_method(name);
        return read ? std::string() : read.error().message();
      })
      ->type_name("M");
}

core::Result<model::Method> parse_method(const std::string& name) {
  if (const auto method = model::parse_method(name)) return *method;
  std::vector<std::string> known;
  std::string told;
  for (const model::Method each : model::kAllMethods) {
    known.emplace_back(to_string(each));
    told.append(told.empty() ? "" : ", ").append(known.back());
  }
  const std::string hint = core::did_you_mean(name, known);
  return Error(ErrorCode::invalid_argument,
               "no method is called \"" + name + "\"" + (hint.empty() ? "; there are " + told : hint));
}

core::Result<model::Method> choose_method(const std::string& name, const model::Schema& schema) {
  const auto method = parse_method(name);
  if (!method || schema.output(*method)) return method;
  std::string offered;
  for (const model::Method each : model::kAllMethods) {
    if (schema.output(each)) offered.append(offered.empty() ? "" : ", ").append(to_string(each));
  }
  return Error(ErrorCode::unsupported, "the model does not offer " + name + "; it offers " + offered);
}

}  // namespace pelton::app
