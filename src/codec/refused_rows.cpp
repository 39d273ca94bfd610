#include "codec/refused_rows.hpp"

namespace pelton::codec {

std::optional<Problem> refused_rows(const model::Model& model, model::Method method, math::ConstMatrix rows,
                                    math::ConstMatrix results, const std::function<std::string(std::size_t)>& pointer) {
  if (!model.refuses_rows(method)) return std::nullopt;
  Problem problem{.status = 422, .detail = {}, .errors = {}};
  model::Workspace workspace;
  std::size_t refused = 0;
  for (std::size_t r = 0; r < results.rows; ++r) {
    if (!model::Model::is_refused(*results.row(r)) || ++refused > kMaxFieldErrors) continue;
    problem.errors.push_back({pointer(r), model.refusal(rows.slice(r, 1), method, workspace)});
  }
  if (refused == 0) return std::nullopt;
  problem.more = refused - problem.errors.size();
  problem.detail = std::to_string(refused) + (refused == 1 ? " row is" : " rows are") + " not what the model can score";
  return problem;
}

}  // namespace pelton::codec
