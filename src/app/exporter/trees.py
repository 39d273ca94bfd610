"""Trees as ONNX's TreeEnsemble, to the bit: skl2onnx holds thresholds and leaves as float."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx.common.data_types import DoubleTensorType, Int64TensorType, StringTensorType
from sklearn import ensemble, tree

from exporter.graph import Forest, Graph
from exporter.script import ExportError


def add_sklearn_tree(
    forest: Forest, fitted: Any, weights: np.ndarray, target: int, features: np.ndarray | None = None
) -> None:
    """A tree of sklearn.tree; `weights` has one value a node. Rows are float there, thresholds double."""
    left, right = fitted.children_left, fitted.children_right
    missing_left = getattr(fitted, "missing_go_to_left", np.zeros(len(left), bool))

    def split_of(node: int) -> tuple | None:
        if left[node] == -1:
            return None
        feature = fitted.feature[node] if features is None else features[fitted.feature[node]]
        return (int(feature), fitted.threshold[node], bool(missing_left[node]), None, left[node], right[node])

    forest.add_tree(0, target, split_of, lambda node: weights[node])


def forest_sum(graph: Graph, trees: Sequence[Any], width: int) -> str:
    """What the trees' leaves hold, summed: `width` values a leaf, the outputs of a regressor or the classes."""
    forest = Forest(width)
    for one in trees:
        values = one.tree_.value.reshape(one.tree_.node_count, -1)
        for target in range(width):
            add_sklearn_tree(forest, one.tree_, values[:, target], target)
    return forest.give(graph, graph.as_float(graph.rows()))


def mean_of_trees(graph: Graph, width: int) -> str:
    trees = getattr(graph.model, "estimators_", None)
    if trees is None:
        return forest_sum(graph, [graph.model], width)
    return graph.add("Div", forest_sum(graph, trees, width), graph.constant([len(trees)]))


def convert_tree_regressor(scope: Any, operator: Any, container: Any) -> None:
    graph = Graph(scope, operator, container)
    graph.give(mean_of_trees(graph, graph.model.n_outputs_))


def convert_tree_classifier(scope: Any, operator: Any, container: Any) -> None:
    graph = Graph(scope, operator, container)
    if graph.model.n_outputs_ != 1:
        raise ExportError(f"{type(graph.model).__name__}: several targets of classes")
    scores = mean_of_trees(graph, len(graph.model.classes_))
    graph.give_labels(scores, graph.model.classes_)
    graph.give(scores, 1)


def boosted_margins(graph: Graph) -> str:
    """GradientBoosting: the first guess and the trees, [rows, 1] or one column a class."""
    model = graph.model
    if not (model.init is None or isinstance(model.init, str)):
        raise ExportError(f"{type(model).__name__}: an estimator as init")
    width = model.estimators_.shape[1]
    forest = Forest(width)
    for stage in model.estimators_:
        for target, one in enumerate(stage):
            add_sklearn_tree(forest, one.tree_, model.learning_rate * one.tree_.value[:, 0, 0], target)
    sums = forest.give(graph, graph.as_float(graph.rows()))
    start = model._raw_predict_init(np.zeros((1, model.n_features_in_), np.float32)).reshape(1, width)
    return graph.add("Add", sums, graph.constant(start))


def give_classifier(graph: Graph, margins: str, width: int, scale: float = 1.0) -> None:
    """Label and probabilities (or margins) from margins, one a row for two classes."""
    raw = graph.container.get_options(graph.model, {"raw_scores": False}).get("raw_scores")
    if width > 1:
        scores = margins if raw else graph.add("Softmax", margins, axis=1)
        graph.give_labels(scores, graph.model.classes_)
    else:
        scaled = margins if scale == 1 else graph.add("Mul", margins, graph.constant([scale]))
        yes = graph.add("Sigmoid", scaled)
        both = graph.add("Concat", graph.add("Sub", graph.constant([1.0]), yes), yes, axis=1)
        graph.give_labels(both, graph.model.classes_)
        scores = margins if raw else both
    graph.give(scores, 1)


def convert_boosted_regressor(scope: Any, operator: Any, container: Any) -> None:
    graph = Graph(scope, operator, container)
    graph.give(boosted_margins(graph))


def convert_boosted_classifier(scope: Any, operator: Any, container: Any) -> None:
    graph = Graph(scope, operator, container)
    scale = 2.0 if graph.model.loss == "exponential" else 1.0
    give_classifier(graph, boosted_margins(graph), graph.model.estimators_.shape[1], scale)


def convert_isolation(scope: Any, operator: Any, container: Any) -> None:
    """IsolationForest: how soon a row is alone, from the depths of its leaves (Liu, Ting, Zhou 2008)."""
    graph = Graph(scope, operator, container)
    model = graph.model
    forest = Forest(1)
    for number, (one, features) in enumerate(zip(model.estimators_, model.estimators_features_)):
        depths = model._decision_path_lengths[number] + model._average_path_length_per_tree[number] - 1.0
        add_sklearn_tree(forest, one.tree_, depths, 0, features)
    depths = forest.give(graph, graph.as_float(graph.rows()))
    most = len(model.estimators_) * isolation_depth(model.max_samples_)
    scores = graph.add("Pow", graph.constant([2.0]), graph.add("Div", depths, graph.constant([-most])))
    decision = graph.add("Sub", graph.add("Neg", scores), graph.constant([model.offset_]))
    outlier = graph.add("Less", decision, graph.constant([0.0]))
    label = graph.add("Where", outlier, graph.constant([-1], np.int64), graph.constant([1], np.int64))
    graph.add("Identity", label, output=operator.outputs[0].full_name)
    graph.give(decision, 1)


def isolation_depth(samples: int) -> float:
    """How deep a row lies in a tree of so many samples, on average."""
    if samples <= 2:
        return float(max(samples - 1, 0))
    return 2.0 * (np.log(samples - 1.0) + np.euler_gamma) - 2.0 * (samples - 1.0) / samples


def bits_of(words: np.ndarray) -> set[int]:
    return {code for code in range(256) if words[code // 32] >> (code % 32) & 1}


class HistogramRows:
    """What a HistGradientBoosting's trees look at: categorical columns first, then the others."""

    def __init__(self, graph: Graph):
        self.graph = graph
        model = graph.model
        self.categories: list[list[float] | None]
        if model._preprocessor is None:
            self.rows, self.categories = graph.rows(), [None] * model.n_features_in_
            return
        encoder = model._preprocessor.named_transformers_["encoder"]
        order = [i for i, categorical in enumerate(model.is_categorical_) if categorical]
        rest = [i for i, categorical in enumerate(model.is_categorical_) if not categorical]
        columns = self._columns()
        self.categories = [None] * model.n_features_in_
        parts = []
        for place, feature in enumerate(order):
            names = list(encoder.categories_[place])
            name, text = columns[feature]
            known = [n for n in names if isinstance(n, str) or n == n]
            if text:
                name = self._codes(name, known)
                self.categories[place] = [float(i) for i in range(len(known))]
            else:
                self.categories[place] = [float(n) for n in known]
            parts.append(name)
        for feature in rest:
            if columns[feature][1]:
                raise ExportError(f"{type(model).__name__}: text in a feature that is not categorical")
            parts.append(columns[feature][0])
        self.rows = graph.add("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]

    def _columns(self) -> list[tuple[str, bool]]:
        """One [rows, 1] a feature, numbers in double; and whether it is text."""
        graph = self.graph
        columns: list[tuple[str, bool]] = []
        for given in graph.operator.inputs:
            text = isinstance(given.type, StringTensorType)
            name = given.full_name
            if not text and not isinstance(given.type, DoubleTensorType):
                name = graph.add("Cast", name, to=TensorProto.DOUBLE)
            width = given.type.shape[1]
            for i in range(width):
                part = name if width == 1 else graph.add("Gather", name, graph.constant([i], np.int64), axis=1)
                columns.append((part, text))
        return columns

    def _codes(self, name: str, known: list[str]) -> str:
        codes = self.graph.add(
            "LabelEncoder",
            name,
            domain="ai.onnx.ml",
            keys_strings=known,
            values_floats=[float(i) for i in range(len(known))],
            default_float=math.nan,
        )
        return self.graph.add("Cast", codes, to=TensorProto.DOUBLE)


def add_histogram_tree(forest: Forest, predictor: Any, categories: list[list[float] | None], target: int) -> None:
    nodes = predictor.nodes

    def split_of(at: int) -> tuple | None:
        node = nodes[at]
        if node["is_leaf"]:
            return None
        feature, left, right = int(node["feature_idx"]), int(node["left"]), int(node["right"])
        missing_left = bool(node["missing_go_to_left"])
        if not node["is_categorical"]:
            return feature, node["num_threshold"], missing_left, None, left, right
        # Unknown categories go where missing ones go: so the set that is asked for is the other side's.
        goes_left = bits_of(predictor.raw_left_cat_bitsets[node["bitset_idx"]])
        names = categories[feature] or []
        asked = [name for code, name in enumerate(names) if (code in goes_left) != missing_left]
        if not asked:
            return feature, math.inf, True, None, *((left, left) if missing_left else (right, right))
        return feature, 0.0, False, asked, *((right, left) if missing_left else (left, right))

    forest.add_tree(0, target, split_of, lambda at: nodes[at]["value"])


def histogram_margins(graph: Graph) -> tuple[str, int]:
    model = graph.model
    seen = HistogramRows(graph)
    width = model.n_trees_per_iteration_
    forest = Forest(width)
    for stage in model._predictors:
        for target, predictor in enumerate(stage):
            add_histogram_tree(forest, predictor, seen.categories, target)
    start = np.asarray(model._baseline_prediction).reshape(1, width)
    return graph.add("Add", forest.give(graph, seen.rows), graph.constant(start)), width


def convert_histogram_regressor(scope: Any, operator: Any, container: Any) -> None:
    graph = Graph(scope, operator, container)
    margins, _ = histogram_margins(graph)
    link = type(graph.model._loss.link).__name__
    if link not in ("IdentityLink", "LogLink"):
        raise ExportError(f"{type(graph.model).__name__}(loss={graph.model.loss!r}): {link}")
    graph.give(graph.add("Exp", margins) if link == "LogLink" else margins)


def convert_histogram_classifier(scope: Any, operator: Any, container: Any) -> None:
    graph = Graph(scope, operator, container)
    give_classifier(graph, *histogram_margins(graph))


def value_shape(width_of: Callable[[Any], int]) -> Callable[[Any], None]:
    def calculate(operator: Any) -> None:
        rows = operator.inputs[0].get_first_dimension()
        operator.outputs[0].type = DoubleTensorType([rows, width_of(operator.raw_operator)])

    return calculate


def isolation_shape(operator: Any) -> None:
    rows = operator.inputs[0].get_first_dimension()
    operator.outputs[0].type = Int64TensorType([rows, 1])
    operator.outputs[1].type = DoubleTensorType([rows, 1])


def classifier_shape(operator: Any) -> None:
    classes = operator.raw_operator.classes_
    rows = operator.inputs[0].get_first_dimension()
    label = Int64TensorType if np.asarray(classes).dtype.kind in "biuf" else StringTensorType
    operator.outputs[0].type = label([rows])
    operator.outputs[1].type = DoubleTensorType([rows, len(classes)])


REGRESSORS = {
    **dict.fromkeys(
        (
            tree.DecisionTreeRegressor,
            tree.ExtraTreeRegressor,
            ensemble.RandomForestRegressor,
            ensemble.ExtraTreesRegressor,
        ),
        convert_tree_regressor,
    ),
    ensemble.GradientBoostingRegressor: convert_boosted_regressor,
    ensemble.HistGradientBoostingRegressor: convert_histogram_regressor,
}
CLASSIFIERS = {
    **dict.fromkeys(
        (
            tree.DecisionTreeClassifier,
            tree.ExtraTreeClassifier,
            ensemble.RandomForestClassifier,
            ensemble.ExtraTreesClassifier,
        ),
        convert_tree_classifier,
    ),
    ensemble.GradientBoostingClassifier: convert_boosted_classifier,
    ensemble.HistGradientBoostingClassifier: convert_histogram_classifier,
}
TREE_CONVERTERS: dict[type, Callable[..., None]] = {
    **REGRESSORS,
    **CLASSIFIERS,
    ensemble.IsolationForest: convert_isolation,
}
TREE_SHAPES: dict[type, Callable[[Any], None]] = {
    **dict.fromkeys(REGRESSORS, value_shape(lambda model: getattr(model, "n_outputs_", 1))),
    **dict.fromkeys(CLASSIFIERS, classifier_shape),
    ensemble.IsolationForest: isolation_shape,
}
