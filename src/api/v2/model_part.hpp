#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "api/served_model.hpp"
#include "codec/v2/output_writer.hpp"
#include "codec/v2/tensor_table.hpp"

namespace pelton::api {

/// What the V2 dialect keeps of a model.
struct V2ModelPart final : DialectPart {
  explicit V2ModelPart(const serving::LoadedModel& loaded);

  static const V2ModelPart& of(ServedModel& model) { return model.part<V2ModelPart>(Dialect::v2); }
  static const V2ModelPart& of(const ServedModel& model) { return model.part<V2ModelPart>(Dialect::v2); }
  const codec::v2::OutputWriter& writer(model::Method method) const noexcept {
    return *writers[static_cast<std::size_t>(method)];
  }

  codec::v2::TensorTable tensors;
  std::array<std::optional<codec::v2::OutputWriter>, model::kMethodCount> writers;
  /// What the file calls outputs other than the first, in quotes: a body in which none stands wants the first's
  /// batches.
  std::vector<std::string> other_outputs;
  std::string reply_head;  ///< `{"model_name":"…","model_version":"…"`
};

}  // namespace pelton::api
