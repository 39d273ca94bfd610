#include "formats/xgboost/objective.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace pelton::formats::xgboost {

namespace {

using core::Error;
using core::ErrorCode;
using graph::Link;
using graph::LinkSpec;

constexpr std::array kObjectives{
    Objective{"reg:squarederror"},
    Objective{"reg:linear"},
    Objective{"reg:squaredlogerror"},
    Objective{"reg:pseudohubererror"},
    Objective{"reg:absoluteerror"},
    Objective{"reg:quantileerror"},
    Objective{"reg:logistic", BaseLink::logit, Response::sigmoid},
    Objective{"binary:logistic", BaseLink::logit, Response::sigmoid, true},
    Objective{"binary:logitraw"},
    Objective{"binary:hinge", BaseLink::identity, Response::hinge},
    Objective{"reg:gamma", BaseLink::log, Response::exp},
    Objective{"reg:tweedie", BaseLink::log, Response::exp},
    Objective{"count:poisson", BaseLink::log, Response::exp},
    Objective{"survival:cox", BaseLink::log, Response::exp},
    Objective{"survival:aft", BaseLink::log, Response::exp},
    Objective{"multi:softprob", BaseLink::identity, Response::softmax, true},
    Objective{"multi:softmax", BaseLink::identity, Response::argmax, true},
    Objective{"rank:pairwise"},
    Objective{"rank:ndcg"},
    Objective{"rank:map"},
};

Error refused(const Objective& objective, float base_score, const char* range) {
  return Error(ErrorCode::malformed, "a base_score of " + std::to_string(base_score) + ", which " +
                                         std::string(objective.name) + " does not take: " + range);
}

}  // namespace

std::optional<Objective> find_objective(std::string_view name) {
  const auto found =
      std::find_if(kObjectives.begin(), kObjectives.end(), [&](const Objective& known) { return known.name == name; });
  if (found == kObjectives.end()) return std::nullopt;
  return *found;
}

core::Result<float> to_margin(const Objective& objective, float base_score) {
  switch (objective.base) {
    case BaseLink::identity: break;
    case BaseLink::logit: {
      if (!(base_score >= 0 && base_score <= 1)) return refused(objective, base_score, "it must lie within 0 and 1");
      constexpr float kEpsilon = 1e-6F;  // kRtEps
      const float p = std::min(std::max(base_score, kEpsilon), 1.0F - kEpsilon);
      return -std::log(1.0F / p - 1.0F);
    }
    case BaseLink::log:
      if (objective.name == "reg:gamma" && !(base_score > 0)) {
        return refused(objective, base_score, "it must be greater than 0");
      }
      return std::log(base_score);
  }
  return base_score;
}

std::vector<LinkSpec> prediction_links(const Objective& objective) {
  switch (objective.response) {
    case Response::margin: break;
    case Response::sigmoid: return {{Link::xgboost_sigmoid}};
    case Response::exp: return {{Link::xgboost_exp}};
    case Response::hinge: return {{Link::xgboost_hinge}};
    case Response::softmax: return {{Link::xgboost_softmax}};
    case Response::argmax: return {{Link::xgboost_argmax}};
  }
  return {};
}

std::optional<std::vector<LinkSpec>> probability_links(const Objective& objective, std::size_t outputs) {
  if (!objective.classifies) return std::nullopt;
  if (objective.response != Response::sigmoid) return std::vector<LinkSpec>{{Link::xgboost_softmax}};
  std::vector<LinkSpec> links{{Link::xgboost_sigmoid}};
  if (outputs == 1) links.push_back({Link::two_classes, 1, true});
  return links;
}

std::size_t class_count(const Objective& objective, std::size_t outputs) {
  if (!objective.classifies) return 0;
  if (objective.response != Response::sigmoid) return outputs;
  return outputs == 1 ? 2 : 0;
}

}  // namespace pelton::formats::xgboost
