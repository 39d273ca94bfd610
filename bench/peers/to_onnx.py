"""Writes a boosted model's trees as one ONNX TreeEnsembleRegressor, for ONNX Runtime: it reads nothing else.

For models of one output, numeric splits and no missing values, such as bench/compare has.
"""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper


class Ensemble:
    """Collects the attributes of the operator, node after node."""

    def __init__(self, features, mode, base):
        self.features, self.mode, self.base = features, mode, base
        self.lists = {name: [] for name in (
            "nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_values", "nodes_modes", "nodes_truenodeids",
            "nodes_falsenodeids", "target_treeids", "target_nodeids", "target_ids", "target_weights")}

    def node(self, tree, number, feature, value, mode, yes, no):
        for name, item in zip(("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids"),
                              (tree, number, feature, value, mode, yes, no)):
            self.lists[f"nodes_{name}"].append(item)

    def split(self, tree, number, feature, threshold, yes, no):
        self.node(tree, number, feature, float(threshold), self.mode, yes, no)

    def leaf(self, tree, number, value):
        self.node(tree, number, 0, 0.0, "LEAF", 0, 0)
        for name, item in zip(("treeids", "nodeids", "ids", "weights"), (tree, number, 0, float(value))):
            self.lists[f"target_{name}"].append(item)

    def model(self):
        node = helper.make_node("TreeEnsembleRegressor", ["X"], ["variable"], domain="ai.onnx.ml", n_targets=1,
                                base_values=[self.base], **self.lists)
        graph = helper.make_graph(
            [node], "trees", [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, self.features])],
            [helper.make_tensor_value_info("variable", TensorProto.FLOAT, [None, 1])])
        return helper.make_model(graph, ir_version=8,
                                 opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])


def from_xgboost(file):
    learner = json.loads(file.read_text())["learner"]
    parameters = learner["learner_model_param"]
    base = parameters["base_score"].strip("[]")
    ensemble = Ensemble(int(parameters["num_feature"]), "BRANCH_LT", float(base))
    for number, tree in enumerate(learner["gradient_booster"]["model"]["trees"]):
        for i, (left, right) in enumerate(zip(tree["left_children"], tree["right_children"])):
            if left < 0:
                ensemble.leaf(number, i, tree["split_conditions"][i])
            else:
                ensemble.split(number, i, tree["split_indices"][i], tree["split_conditions"][i], left, right)
    return ensemble.model()


def float_below(threshold):
    """The largest float32 at most the threshold: float32 rows compare with both alike."""
    rounded = np.float32(threshold)
    return rounded if rounded <= threshold else np.nextafter(rounded, np.float32(-np.inf))


def from_lightgbm(file):
    import lightgbm

    dump = lightgbm.Booster(model_file=file).dump_model()
    ensemble = Ensemble(dump["max_feature_idx"] + 1, "BRANCH_LEQ", 0.0)
    for number, info in enumerate(dump["tree_info"]):
        numbers = iter(range(2 * info["num_leaves"]))
        waiting = [(info["tree_structure"], next(numbers))]
        while waiting:
            node, i = waiting.pop()
            if "leaf_value" in node:
                ensemble.leaf(number, i, node["leaf_value"])
                continue
            yes, no = next(numbers), next(numbers)
            ensemble.split(number, i, node["split_feature"], float_below(node["threshold"]), yes, no)
            waiting += [(node["left_child"], yes), (node["right_child"], no)]
    return ensemble.model()


def declare_column(file):
    """CatBoost's own export says [rows] of what is [rows, 1]."""
    model = onnx.load(file)
    dimensions = model.graph.output[0].type.tensor_type.shape.dim
    if len(dimensions) == 1:
        dimensions.add().dim_value = 1
    save(model, file)


def save(model, file):
    onnx.checker.check_model(model)
    file.write_bytes(model.SerializeToString())
