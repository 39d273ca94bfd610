#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "small_graph.hpp"

/// Tree ensembles of ai.onnx.ml, put together for a test.
namespace pelton::formats {

using Integers = std::vector<std::int64_t>;
using Floats = std::vector<float>;

/// One node of an ensemble of TreeEnsembleRegressor or TreeEnsembleClassifier.
struct EnsembleNode {
  std::int64_t tree;
  std::int64_t id;
  std::string mode;
  std::int64_t feature = 0;
  float value = 0;
  std::int64_t yes = 0;
  std::int64_t no = 0;
  std::int64_t missing = 0;
};

struct EnsembleWeight {
  std::int64_t tree;
  std::int64_t node;
  std::int64_t target;
  float weight;
};

/// Attributes of an ensemble, each of which a test may change.
class Ensemble {
 public:
  Ensemble(const std::vector<EnsembleNode>& lines, const std::vector<EnsembleWeight>& weights,
           std::string prefix = "target_")
      : prefix_(std::move(prefix)) {
    std::array<Integers, 7> ids;
    std::vector<std::string> modes;
    Floats values;
    for (const EnsembleNode& line : lines) {
      const std::array row{line.tree, line.id, line.feature, line.yes, line.no, line.missing};
      for (std::size_t i = 0; i < row.size(); ++i) ids[i].push_back(row[i]);
      modes.push_back(line.mode);
      values.push_back(line.value);
    }
    set({"nodes_treeids", ids[0]}).set({"nodes_nodeids", ids[1]}).set({"nodes_featureids", ids[2]});
    set({"nodes_truenodeids", ids[3]}).set({"nodes_falsenodeids", ids[4]});
    set({"nodes_missing_value_tracks_true", ids[5]});
    set({"nodes_modes", modes}).set({"nodes_values", values});
    std::array<Integers, 3> votes;
    Floats sizes;
    for (const EnsembleWeight& weight : weights) {
      votes[0].push_back(weight.tree);
      votes[1].push_back(weight.node);
      votes[2].push_back(weight.target);
      sizes.push_back(weight.weight);
    }
    set({prefix_ + "treeids", votes[0]}).set({prefix_ + "nodeids", votes[1]}).set({prefix_ + "ids", votes[2]});
    set({prefix_ + "weights", sizes});
    if (prefix_ == "target_") set({"n_targets", std::int64_t{1}});
  }

  /// Puts an attribute in the place of the one of that name, or beside the others.
  Ensemble& set(onnx::Attribute attribute) {
    drop(attribute.name);
    attributes_.push_back(std::move(attribute));
    return *this;
  }
  Ensemble& drop(const std::string& name) {
    std::erase_if(attributes_, [&](const onnx::Attribute& a) { return a.name == name; });
    return *this;
  }

  SmallGraph regressor(std::size_t targets = 1, onnx::DataType type = onnx::DataType::float32,
                       std::size_t width = 2) const {
    SmallGraph graph(width, type);
    graph.op("TreeEnsembleRegressor", attributes_, "ai.onnx.ml").output("y", onnx::DataType::float32, targets);
    return graph;
  }
  /// Its scores alone: what `predict` gives then.
  SmallGraph scores(std::size_t classes, onnx::DataType type = onnx::DataType::float32) const {
    SmallGraph graph(2, type);
    graph.node({"TreeEnsembleClassifier", {"x"}, {"label", "y"}, "n", "ai.onnx.ml", attributes_});
    graph.output("y", onnx::DataType::float32, classes);
    return graph;
  }
  SmallGraph classifier(std::size_t classes) const {
    SmallGraph graph = scores(classes);
    graph.output("label", onnx::DataType::int64, 1);
    return graph;
  }

 private:
  std::string prefix_;
  std::vector<onnx::Attribute> attributes_;
};

}  // namespace pelton::formats
