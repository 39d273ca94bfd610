#pragma once

#include <string>

#include "core/result.hpp"
#include "formats/load.hpp"

namespace CLI {
class App;
}

namespace pelton::app {

/// The words of a verb that reads a model file: which one, and which of its boosting rounds.
struct ModelFlags {
  std::string file;
  std::string iterations;
};

/// Adds `--iterations` to the verb, and the model's file as its next positional argument.
void add_model_flags(CLI::App& verb, ModelFlags& flags);
void add_iterations_flag(CLI::App& verb, ModelFlags& flags);

/// Loads the model, with a progress bar where that takes long. Errors of formats::load_model.
core::Result<formats::LoadedModel> load_flagged(const ModelFlags& flags, const formats::Limits& limits = {});

/// Tells the error on stderr as `pelton VERB: …`; gives kFailed.
int complain(const char* verb, const core::Error& error);

/// Adds `--method`, checked to be one that models can have.
void add_method_flag(CLI::App& verb, std::string& method, const std::string& help);
/// The method of that name; an error that suggests one if there is none such.
core::Result<model::Method> parse_method(const std::string& name);
/// The same, where the model offers it; the error names those it offers.
core::Result<model::Method> choose_method(const std::string& name, const model::Schema& schema);

}  // namespace pelton::app
