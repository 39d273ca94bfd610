#pragma once

#include <functional>
#include <optional>
#include <string>

#include "codec/problem.hpp"
#include "math/matrix_view.hpp"
#include "model/model.hpp"

namespace pelton::codec {

/// The 422 for a request some of whose rows the model could not score, each told with its reason; nothing
/// where all could be. `rows` are the request's, [n, features], `results` what `method` gave for them;
/// `pointer(r)` tells where row `r` stands in the body.
std::optional<Problem> refused_rows(const model::Model& model, model::Method method, math::ConstMatrix rows,
                                    math::ConstMatrix results, const std::function<std::string(std::size_t)>& pointer);

}  // namespace pelton::codec
