#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "core/clock.hpp"
#include "model/model.hpp"

namespace pelton::serving {

/// What one scoring call costs, as measured when the model was loaded: the prior of the cost that
/// batching goes on to learn.
struct MeasuredCost {
  core::Duration fixed{0};
  core::Duration per_row{0};
};

/// Times `model` on a row and on a batch of made-up ones (sample_rows). Takes at most a few calls of the model and,
/// for dear ones, a few tens of milliseconds. Thread-safe.
MeasuredCost measure_cost(const model::Model& model, model::Method method);

/// A model that is ready to answer, with the name callers know it by. Immutable; shared by every
/// thread, and alive as long as one of them still scores with it.
struct LoadedModel {
  std::uint64_t id = 0;  ///< unique in the process: a reloaded model is another one
  std::string name;
  std::string version;
  std::string source;  ///< the file, or what it was fitted from
  std::unique_ptr<const model::Model> model;
  std::array<MeasuredCost, model::kMethodCount> cost{};  ///< by method; zero where not offered
  core::Duration load_time{0};
  core::Duration slo{0};  ///< objective for its p99; zero: the server's
};

/// Measures the costs and gives the model its identity.
std::shared_ptr<const LoadedModel> make_loaded(std::string name, std::string version, std::string source,
                                               std::unique_ptr<const model::Model> model, core::Duration load_time,
                                               core::Duration slo = core::Duration(0));

}  // namespace pelton::serving
