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

/// Loads the model, with a progress bar where that takes long. invalid_argument for a range that is
/// none; otherwise the errors of formats::load_model.
core::Result<formats::LoadedModel> load_flagged(const ModelFlags& flags);

/// Tells the error on stderr as `pelton VERB: …`; the exit code it is told by.
int complain(const char* verb, const core::Error& error);

/// The method of that name; an error that suggests one if there is none such, or that names the ones
/// the model offers.
core::Result<model::Method> choose_method(const std::string& name, const model::Schema& schema);

}  // namespace pelton::app
