#pragma once

#include <optional>
#include <string_view>

#include "codec/problem.hpp"
#include "codec/v1/v1_reader.hpp"
#include "core/text_buffer.hpp"
#include "math/matrix_view.hpp"
#include "model/schema.hpp"

namespace pelton::codec {

/// What a model answers to a verb where the request names no method; nothing where it cannot answer it.
std::optional<model::Method> v1_method(V1Verb verb, const model::Schema& schema) noexcept;

/// Why the results of a method are no answer to the verb, or nothing. classify wants one value a class, regress a
/// number, explain contributions.
std::optional<Problem> v1_misfit(V1Verb verb, model::Method method, const model::Schema& schema);

/// Appends `[[["label",score],…],…]`: for each row, every class and its score. Labels are strings, as TensorFlow
/// Serving has them. `results` is [rows, classes] of `method`.
void append_classifications(core::TextBuffer& out, const model::Schema& schema, model::Method method,
                            math::ConstMatrix results);

/// Appends what TensorFlow Serving tells at …/metadata: the model's name and version, and a signature for
/// serving_default and each method, with inputs and outputs. Features without names are one input, "inputs".
void append_v1_metadata(core::TextBuffer& out, std::string_view name, std::string_view version,
                        const model::Schema& schema);

/// {"error":"…"}: 422 is told as 400, 503 (a queue is full, memory has run out) as 429.
extern const ProblemShape kV1Problem;

}  // namespace pelton::codec
