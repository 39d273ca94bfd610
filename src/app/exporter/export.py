#!/usr/bin/env python3
"""Writes a fitted scikit-learn model as an ONNX file that Pelton serves, and checks it before it does.

    pelton exporter > export.py
    python export.py model.joblib models --rows train.csv          # writes models/model/1/model.onnx
    pelton serve --repository models

    from export import export                                      # or from the program that trains
    export(model, X_train, "models", name="churn")

The file computes in double where the model does, and carries the features' names and kinds, the classes, a
baseline of the training rows (for drift and explanation) and golden rows with the answers scikit-learn gave them.
Every output is compared with scikit-learn's, on the rows given and on harder ones made from them, by the pelton
program (or by onnxruntime where there is none). Where one differs, nothing is written.

Needs numpy, scikit-learn, skl2onnx and onnx; pandas to read CSV and Parquet; onnxmltools for XGBoost and LightGBM
inside a pipeline. A .joblib or .pkl file is a pickle: loading one runs what is in it, so load only your own.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import dataclasses
import importlib
import json
import math
import numbers
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import onnx
import sklearn
import skl2onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import update_registered_converter
from skl2onnx._supported_operators import _get_sklearn_operator_name
from skl2onnx.common import _registration
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType
from sklearn import ensemble, tree
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import Binarizer, Normalizer, OneHotEncoder, OrdinalEncoder
from sklearn.svm import SVC, NuSVC

OPSETS = {"": 18, "ai.onnx.ml": 3}  # the newest that skl2onnx knows; TreeEnsemble makes it 5
METHODS = ("predict", "predict_proba", "decision_function")
GOLDEN_ROWS = 20
CHECKED_ROWS = 2000  # of the sample; made-up rows come on top
EXACT, FLOAT = 1e-9, 1e-5  # tolerances: |got - expected| <= T * max(1, |expected|)
FLOAT_OPERATORS = {  # they keep what was learned as float, whatever the rows are
    "Imputer", "LinearClassifier", "LinearRegressor", "Normalizer", "SVMClassifier", "SVMRegressor", "Scaler",
    "TfIdfVectorizer", "TreeEnsembleClassifier", "TreeEnsembleRegressor",
}


class ExportError(Exception):
    """The model cannot be exported exactly; the message says which part of it and why."""


# ---------------------------------------------------------------------------------------------------------------
# Rows


@dataclasses.dataclass
class Column:
    """One feature as the training rows have it."""

    name: str
    kind: str  # number, integer, boolean, category or text
    values: np.ndarray
    takes_missing: bool = False

    @property
    def is_text(self) -> bool:
        return self.kind in ("category", "text")

    def missing(self) -> np.ndarray:
        return np.array([value is None or value != value for value in self.values], bool)


class Rows:
    """Rows as the model takes them: an array, a data frame, or (for one text feature) a list of documents."""

    def __init__(self, data: Any, names: Sequence[str] | None, text: set[str]):
        self.framed = hasattr(data, "iloc") and getattr(data, "ndim", 2) == 2
        self.flat = not self.framed and np.ndim(data) == 1
        self.data = data if self.framed else np.asarray(data, object if self.flat else None)
        if not self.framed and self.data.ndim > 2:
            raise ExportError(f"rows: {self.data.ndim} dimensions; expected [rows, features]")
        if len(self.data) == 0:
            raise ExportError("rows: there are none")
        self.columns = [self._column(i, name, text) for i, name in enumerate(self._names(names))]

    def _names(self, names: Sequence[str] | None) -> list[str]:
        if self.framed:
            return [str(name) for name in self.data.columns]
        if self.flat:
            return ["text"]
        return list(names) if names is not None else [f"x{i}" for i in range(self.data.shape[1])]

    def _column(self, i: int, name: str, text: set[str]) -> Column:
        values = self.data.iloc[:, i] if self.framed else self.data if self.flat else self.data[:, i]
        dtype = getattr(values, "dtype", np.dtype(object))
        categorical = str(dtype) == "category"
        array = np.asarray(values, object if categorical else None)
        present = [v for v in array[:1000] if v is not None and v == v] if array.dtype == object else []
        if array.dtype.kind in "US" or any(isinstance(v, str) for v in present) or str(dtype) in ("string", "str"):
            if any(not isinstance(v, str) for v in present):
                raise ExportError(f"feature {name!r}: text and other values mixed")
            kind = "text" if self.flat or name in text else "category"
            return Column(name, kind, array.astype(object))
        kind = {"b": "boolean", "i": "integer", "u": "integer"}.get(array.dtype.kind, "number")
        try:
            return Column(name, kind, array.astype(np.float64))
        except (TypeError, ValueError) as error:
            raise ExportError(f"feature {name!r}: neither numbers nor text ({error})") from error

    def __len__(self) -> int:
        return len(self.data)

    def take(self, chosen: Sequence[int]) -> Any:
        return self.data.iloc[chosen] if self.framed else self.data[np.asarray(chosen)]

    def first_with(self, column: int, value: Any) -> Any:
        """The first row with another value in one column: for rows that are harder than the training ones."""
        if not self.framed:
            row = self.data[:1].copy()
            row[0] = value if self.flat else row[0]
            if not self.flat:
                row = row.astype(object if isinstance(value, str) or row.dtype == object else np.float64)
                row[0, column] = value
            return row
        row = self.data.iloc[:1].copy()
        name = row.columns[column]
        dtype = str(row.dtypes.iloc[column])
        row[name] = np.array([value], object) if isinstance(value, str) or value is None else [value]
        if dtype == "category" or (value is None and dtype in ("string", "str")):
            row[name] = row[name].astype(dtype)
        return row

    def join(self, parts: list[Any]) -> Any:
        if not self.framed:
            return np.concatenate(parts)
        return importlib.import_module("pandas").concat(parts, ignore_index=True)

    def record(self, data: Any, i: int) -> dict[str, Any]:
        """Row `i` of `data` by name, as JSON has it."""
        cells = data.iloc[i] if self.framed else [data[i]] if self.flat else data[i]
        values = [data.iloc[i, c] for c in range(len(cells))] if self.framed else cells
        return {column.name: json_value(value) for column, value in zip(self.columns, values)}

    def feeds(self, data: Any, inputs: Sequence[Any]) -> dict[str, np.ndarray]:
        """The rows as onnxruntime takes them."""
        types = {"tensor(double)": np.float64, "tensor(float)": np.float32, "tensor(int64)": np.int64}
        if len(inputs) == 1 and len(self.columns) > 1:
            return {inputs[0].name: np.asarray(data, types[inputs[0].type])}
        result = {}
        for i, given in enumerate(inputs):
            column = data.iloc[:, i] if self.framed else data if self.flat else data[:, i]
            result[given.name] = np.asarray(column, types.get(given.type, object)).reshape(-1, 1)
        return result


def json_value(value: Any) -> Any:
    if value is None or value != value:
        return None
    if isinstance(value, (str, bool)):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else None


def parts_of(model: Any) -> Iterator[Any]:
    """The model and every estimator inside it."""
    if model is None or isinstance(model, str):
        return
    yield model
    inner: list[Any] = []
    if isinstance(model, Pipeline):
        inner = [step for _, step in model.steps]
    elif isinstance(model, ColumnTransformer):
        inner = [step for _, step, _ in model.transformers_]
    elif isinstance(model, FeatureUnion):
        inner = [step for _, step in model.transformer_list]
    else:
        for name in ("estimator_", "best_estimator_", "estimator", "base_estimator", "final_estimator_", "regressor_"):
            inner.append(getattr(model, name, None))
        for name in ("estimators_", "calibrated_classifiers_"):
            value = getattr(model, name, None)
            inner += list(np.ravel(np.asarray(value, object))) if isinstance(value, (list, np.ndarray)) else []
    for part in inner:
        if hasattr(part, "get_params") or hasattr(part, "calibrators"):
            yield from parts_of(part)


def final_of(model: Any) -> Any:
    """What answers: a pipeline's last step, a search's best estimator."""
    while True:
        if isinstance(model, Pipeline):
            model = model.steps[-1][1]
        elif hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        else:
            return model


def column_selections(model: Any) -> Iterator[tuple[Any, Any]]:
    for part in parts_of(model):
        if isinstance(part, ColumnTransformer):
            for _, transformer, columns in part.transformers_:
                yield transformer, columns


def first_step(transformer: Any) -> Any:
    while isinstance(transformer, Pipeline):
        transformer = transformer.steps[0][1]
    return transformer


def text_columns(model: Any) -> set[str]:
    return {columns for transformer, columns in column_selections(model)
            if isinstance(columns, str) and isinstance(first_step(transformer), (CountVectorizer, HashingVectorizer))}


def encoded_columns(model: Any) -> set[str]:
    """Columns that go straight into an encoder: integers stay integers for it."""
    return {str(column) for transformer, columns in column_selections(model)
            if isinstance(first_step(transformer), (OneHotEncoder, OrdinalEncoder)) and not isinstance(columns, slice)
            for column in np.ravel(np.asarray(columns, object)) if isinstance(column, str)}


# ---------------------------------------------------------------------------------------------------------------
# Conversions of our own: where skl2onnx's is wrong (or float where the model is double)


class Graph:
    """The nodes of one estimator, as skl2onnx collects them."""

    def __init__(self, scope: Any, operator: Any, container: Any):
        self.scope, self.operator, self.container = scope, operator, container
        self.model = operator.raw_operator

    def constant(self, values: Any, dtype: type = np.float64) -> str:
        array = np.asarray(values, dtype)
        name = self.scope.get_unique_variable_name("constant")
        if array.dtype == object:
            tensor = helper.make_tensor(name, TensorProto.STRING, array.shape, [v.encode() for v in array.ravel()])
        else:
            tensor = numpy_helper.from_array(array, name)
        self.container.add_initializer(name, tensor.data_type, list(array.shape), list(array.ravel().tolist()))
        return name

    def add(self, op: str, *inputs: str, domain: str = "", output: str | None = None, **attributes: Any) -> str:
        name = output or self.scope.get_unique_variable_name(op.lower())
        self.container.add_node(op, list(inputs), [name], op_domain=domain,
                                op_version=OPSETS[domain],
                                name=self.scope.get_unique_operator_name(op), **attributes)
        return name

    def rows(self) -> str:
        """All inputs side by side, in double."""
        columns = []
        for given in self.operator.inputs:
            if isinstance(given.type, StringTensorType):
                raise ExportError(f"{type(self.model).__name__}: takes text without an encoder before it")
            double = isinstance(given.type, DoubleTensorType)
            columns.append(given.full_name if double else self.add("Cast", given.full_name, to=TensorProto.DOUBLE))
        return columns[0] if len(columns) == 1 else self.add("Concat", *columns, axis=1)

    def as_float(self, rows: str) -> str:
        """Rounded as scikit-learn's trees round their rows, but compared in double."""
        return self.add("Cast", self.add("Cast", rows, to=TensorProto.FLOAT), to=TensorProto.DOUBLE)

    def give(self, name: str, output: int = 0) -> None:
        given = self.operator.outputs[output]
        if isinstance(given.type, FloatTensorType):
            self.add("Cast", name, to=TensorProto.FLOAT, output=given.full_name)
        else:
            self.add("Identity", name, output=given.full_name)

    def give_labels(self, scores: str, classes: np.ndarray) -> None:
        self.add("Identity", class_labels(self.add, self.constant, scores, classes),
                 output=self.operator.outputs[0].full_name)


def class_labels(add: Callable[..., str], constant: Callable[..., str], scores: str, classes: np.ndarray) -> str:
    """The class of the largest score, the first of several that are equal, as numpy's argmax."""
    best = add("ArgMax", scores, axis=1, keepdims=0)
    attributes: dict[str, Any] = {"keys_int64s": list(range(len(classes)))}
    if np.issubdtype(np.asarray(classes).dtype, np.number) or np.asarray(classes).dtype == bool:
        attributes["values_int64s"] = [int(c) for c in classes]
    else:
        attributes["values_strings"] = [str(c) for c in classes]
    return add("LabelEncoder", best, domain="ai.onnx.ml", **attributes)


class Forest:
    """Trees on their way into the operator TreeEnsemble: splits in one list, leaves in another, all in double.

    A leaf there has one value for one target, so a tree whose leaves are vectors goes in once a target.
    """

    LEQ, MEMBER = 0, 6

    def __init__(self, targets: int):
        self.targets = targets
        self.roots: list[int] = []
        self.nodes: dict[str, list[Any]] = {key: [] for key in (
            "featureids", "splits", "modes", "truenodeids", "falsenodeids", "trueleafs", "falseleafs",
            "missing_value_tracks_true")}
        self.leaf_targets: list[int] = []
        self.leaf_weights: list[float] = []
        self.members: list[float] = []

    def _leaf(self, target: int, weight: float) -> int:
        self.leaf_targets.append(target)
        self.leaf_weights.append(float(weight))
        return len(self.leaf_weights) - 1

    def _split(self, feature: int, threshold: float, missing_left: bool, members: Sequence[float] | None) -> int:
        values = (feature, 0.0 if members is not None else float(threshold),
                  self.LEQ if members is None else self.MEMBER, 0, 0, 0, 0, int(missing_left))
        for store, value in zip(self.nodes.values(), values):
            store.append(value)
        if members is not None:
            self.members += [*members, math.nan]
        return len(self.nodes["modes"]) - 1

    def add_tree(self, root: int, target: int, split_of: Callable[[int], tuple | None],
                 weight_of: Callable[[int], float]) -> None:
        """`split_of` gives (feature, threshold, missing goes yes, members or None, yes, no), or None for a leaf."""
        first = split_of(root)
        if first is None:  # a tree of one leaf: both ways lead to it
            first = (0, 0.0, False, None, root, root)
        self.roots.append(len(self.nodes["modes"]))
        waiting = [(self._split(*first[:4]), first[4], first[5])]
        while waiting:
            at, yes, no = waiting.pop()
            for side, child in (("true", yes), ("false", no)):
                split = split_of(child)
                if split is None:
                    self.nodes[f"{side}leafs"][at] = 1
                    self.nodes[f"{side}nodeids"][at] = self._leaf(target, weight_of(child))
                else:
                    place = self._split(*split[:4])
                    self.nodes[f"{side}nodeids"][at] = place
                    waiting.append((place, split[4], split[5]))

    def give(self, graph: Graph, rows: str) -> str:
        """[rows, targets]: for each target the sum of the leaves, tree after tree."""
        def tensor(name: str, values: list[Any], kind: type) -> onnx.TensorProto:
            return numpy_helper.from_array(np.array(values, kind), name)

        attributes: dict[str, Any] = {f"nodes_{key}": values for key, values in self.nodes.items()}
        attributes["nodes_modes"] = tensor("modes", self.nodes["modes"], np.uint8)
        attributes["nodes_splits"] = tensor("splits", self.nodes["splits"], np.float64)
        if self.members:
            attributes["membership_values"] = tensor("members", self.members, np.float64)
        return graph.add("TreeEnsemble", rows, domain="ai.onnx.ml", n_targets=self.targets, tree_roots=self.roots,
                         aggregate_function=1, post_transform=0, leaf_targetids=self.leaf_targets,
                         leaf_weights=tensor("weights", self.leaf_weights, np.float64), **attributes)


def add_sklearn_tree(forest: Forest, fitted: Any, weights: np.ndarray, target: int,
                     features: np.ndarray | None = None) -> None:
    """A tree of sklearn.tree; `weights` has one value a node. Rows are float there, thresholds double."""
    left, right = fitted.children_left, fitted.children_right
    missing_left = getattr(fitted, "missing_go_to_left", np.zeros(len(left), bool))

    def split_of(node: int) -> tuple | None:
        if left[node] == -1:
            return None
        feature = fitted.feature[node] if features is None else features[fitted.feature[node]]
        return (int(feature), fitted.threshold[node], bool(missing_left[node]), None, left[node],
                right[node])

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
        codes = self.graph.add("LabelEncoder", name, domain="ai.onnx.ml", keys_strings=known,
                               values_floats=[float(i) for i in range(len(known))], default_float=math.nan)
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


def convert_imputer(scope: Any, operator: Any, container: Any) -> None:
    """SimpleImputer of numbers: in double, with its indicator, without the columns that were always missing."""
    graph = Graph(scope, operator, container)
    model = graph.model
    rows = graph.rows()
    if isinstance(model.missing_values, str) or model.missing_values is None:
        raise ExportError(f"SimpleImputer(missing_values={model.missing_values!r}) before numbers")
    if model.missing_values == model.missing_values:
        missing = graph.add("Equal", rows, graph.constant([model.missing_values]))
    else:
        missing = graph.add("IsNaN", rows)
    statistics = np.asarray(model.statistics_, np.float64)
    kept = np.arange(len(statistics))
    if not model.keep_empty_features:
        kept = kept[~np.isnan(statistics)]
    filled = graph.add("Where", missing, graph.constant(np.nan_to_num(statistics)[None, :]), rows)
    if len(kept) != len(statistics):
        filled = graph.add("Gather", filled, graph.constant(kept, np.int64), axis=1)
    if model.add_indicator and len(model.indicator_.features_) != 0:
        told = graph.add("Gather", graph.add("Cast", missing, to=TensorProto.DOUBLE),
                         graph.constant(model.indicator_.features_, np.int64), axis=1)
        filled = graph.add("Concat", filled, told, axis=1)
    graph.give(filled)


def convert_binarizer(scope: Any, operator: Any, container: Any) -> None:
    graph = Graph(scope, operator, container)
    above = graph.add("Greater", graph.rows(), graph.constant([graph.model.threshold]))
    graph.give(graph.add("Cast", above, to=TensorProto.DOUBLE))


def convert_normalizer(scope: Any, operator: Any, container: Any) -> None:
    graph = Graph(scope, operator, container)
    rows = graph.rows()
    if graph.model.norm == "max":
        size = graph.add("ReduceMax", graph.add("Abs", rows), graph.constant([1], np.int64), keepdims=1)
    elif graph.model.norm == "l1":
        size = graph.add("ReduceSum", graph.add("Abs", rows), graph.constant([1], np.int64), keepdims=1)
    else:
        squares = graph.add("ReduceSum", graph.add("Mul", rows, rows), graph.constant([1], np.int64), keepdims=1)
        size = graph.add("Sqrt", squares)
    # scikit-learn leaves rows alone whose norm is next to nothing.
    tiny = graph.add("Less", size, graph.constant([10 * np.finfo(np.float64).eps]))
    graph.give(graph.add("Div", rows, graph.add("Where", tiny, graph.constant([1.0]), size)))


def convert_network(scope: Any, operator: Any, container: Any) -> None:
    """MLPRegressor: any number of targets."""
    graph = Graph(scope, operator, container)
    model = graph.model
    activations = {"identity": None, "logistic": "Sigmoid", "tanh": "Tanh", "relu": "Relu"}
    if model.out_activation_ != "identity":
        raise ExportError(f"MLPRegressor: {model.out_activation_!r} as the output's activation")
    value = graph.rows()
    for i, (weights, biases) in enumerate(zip(model.coefs_, model.intercepts_)):
        value = graph.add("Add", graph.add("MatMul", value, graph.constant(weights)), graph.constant(biases[None, :]))
        if i + 1 < len(model.coefs_) and activations[model.activation] is not None:
            value = graph.add(activations[model.activation], value)
    graph.give(value)


def convert_machine(scope: Any, operator: Any, container: Any) -> None:
    """SVC: its decision function is that of the machine without probabilities."""
    model = operator.raw_operator
    options = container.get_options(model, {"raw_scores": False})
    if options.get("raw_scores") and len(model.probA_) != 0:
        plain = copy.copy(model)
        plain._probA = plain._probB = np.empty(0)
        container.add_options(id(plain), dict(options))
        operator.raw_operator = plain
    try:
        registered(type(model)).convert(scope, operator, container)
    finally:
        operator.raw_operator = model


def convert_vote(scope: Any, operator: Any, container: Any) -> None:
    """VotingClassifier: flatten_transform is about transform alone."""
    model = operator.raw_operator
    operator.raw_operator = copy.copy(model)
    operator.raw_operator.flatten_transform = False
    container.add_options(id(operator.raw_operator), dict((container.options or {}).get(id(model)) or {}))
    try:
        registered(type(model)).convert(scope, operator, container)
    finally:
        operator.raw_operator = model


def value_shape(width_of: Callable[[Any], int]) -> Callable[[Any], None]:
    def calculate(operator: Any) -> None:
        rows = operator.inputs[0].get_first_dimension()
        operator.outputs[0].type = DoubleTensorType([rows, width_of(operator.raw_operator)])

    return calculate


def imputed_width(model: SimpleImputer) -> int:
    statistics = np.asarray(model.statistics_)
    empty = 0 if model.keep_empty_features or statistics.dtype.kind != "f" else int(np.isnan(statistics).sum())
    return len(statistics) - empty + (len(model.indicator_.features_) if model.add_indicator else 0)


def numbers_only(converter: Callable[..., None], otherwise: type) -> Callable[..., None]:
    """Our conversion for numbers, skl2onnx's for text."""
    def convert(scope: Any, operator: Any, container: Any) -> None:
        if any(isinstance(given.type, StringTensorType) for given in operator.inputs):
            registered(otherwise).convert(scope, operator, container)
        else:
            converter(scope, operator, container)

    return convert


class Registered:
    """What skl2onnx itself has for an estimator."""

    def __init__(self, kind: type):
        self.kind = kind
        self.alias = _get_sklearn_operator_name(kind)
        converter = _registration.get_converter(self.alias)
        self.convert = converter._fct
        self.options = converter.get_allowed_options()
        self.shape = _registration.get_shape_calculator(self.alias)

    def put(self, convert: Callable[..., None], shape: Callable[[Any], None]) -> None:
        update_registered_converter(self.kind, self.alias, shape, convert, options=self.options, overwrite=True)


def registered(kind: type) -> Registered:
    if kind not in THEIRS:
        THEIRS[kind] = Registered(kind)
    return THEIRS[kind]


@contextlib.contextmanager
def own_conversions() -> Iterator[None]:
    """Ours instead of skl2onnx's, for as long as this lasts."""
    for kind, convert in CONVERTERS.items():
        registered(kind).put(convert, SHAPES.get(kind, registered(kind).shape))
    try:
        yield
    finally:
        for kind in CONVERTERS:
            registered(kind).put(registered(kind).convert, registered(kind).shape)


def imputer_shape(operator: Any) -> None:
    if any(isinstance(given.type, StringTensorType) for given in operator.inputs):
        registered(SimpleImputer).shape(operator)
    else:
        value_shape(imputed_width)(operator)


THEIRS: dict[type, Registered] = {}
CONVERTERS: dict[type, Callable[..., None]] = {
    SimpleImputer: numbers_only(convert_imputer, SimpleImputer),
    Binarizer: convert_binarizer,
    Normalizer: convert_normalizer,
    MLPRegressor: convert_network,
    SVC: convert_machine,
    NuSVC: convert_machine,
    ensemble.VotingClassifier: convert_vote,
    ensemble.IsolationForest: convert_isolation,
    ensemble.GradientBoostingRegressor: convert_boosted_regressor,
    ensemble.GradientBoostingClassifier: convert_boosted_classifier,
    ensemble.HistGradientBoostingRegressor: convert_histogram_regressor,
    ensemble.HistGradientBoostingClassifier: convert_histogram_classifier,
    **dict.fromkeys((tree.DecisionTreeRegressor, tree.ExtraTreeRegressor, ensemble.RandomForestRegressor,
                     ensemble.ExtraTreesRegressor), convert_tree_regressor),
    **dict.fromkeys((tree.DecisionTreeClassifier, tree.ExtraTreeClassifier, ensemble.RandomForestClassifier,
                     ensemble.ExtraTreesClassifier), convert_tree_classifier),
}


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


SHAPES: dict[type, Callable[[Any], None]] = {
    SimpleImputer: imputer_shape,
    Binarizer: value_shape(lambda model: model.n_features_in_),
    Normalizer: value_shape(lambda model: model.n_features_in_),
    MLPRegressor: value_shape(lambda model: model.n_outputs_),
    ensemble.IsolationForest: isolation_shape,
    **{kind: classifier_shape if "Classifier" in kind.__name__
       else value_shape(lambda model: getattr(model, "n_outputs_", 1)) for kind in CONVERTERS
       if hasattr(kind, "apply") or kind.__name__.startswith("Hist")},
}


# ---------------------------------------------------------------------------------------------------------------
# From the model to one graph


LABEL_BY_DECISION = (SGDClassifier, OneVsRestClassifier)  # skl2onnx takes saturated probabilities instead


def label_goes_by_decision(model: Any) -> bool:
    final = final_of(model)
    if isinstance(final, SVC):
        return final.break_ties and len(final.classes_) > 2
    return isinstance(final, LABEL_BY_DECISION) and not getattr(final, "multilabel_", False)


def refuse_what_is_wrong(model: Any) -> None:
    """What converts without a complaint into something else, and is not mended here."""
    for part in parts_of(model):
        name = type(part).__name__
        if isinstance(part, OneHotEncoder) and any(np.asarray(c).dtype.kind == "f" and np.isnan(c).any()
                                                   for c in part.categories_):
            raise ExportError(f"{name}: a missing value is one of its categories; fill it before (SimpleImputer)")
        if part is not final_of(model) and label_goes_by_decision(part) and isinstance(part, SVC):
            raise ExportError(f"{name}(break_ties=True) inside another estimator: its label would go by votes")
    if isinstance(getattr(final_of(model), "classes_", None), list) or getattr(final_of(model), "multilabel_", False):
        raise ExportError(f"{type(final_of(model)).__name__}: several targets of classes")


def boosting_libraries(model: Any) -> set[str]:
    return {library for part in parts_of(model) for library in ("xgboost", "lightgbm")
            if type(part).__module__.split(".")[0] == library}


def register_boosting(model: Any) -> None:
    """XGBoost's and LightGBM's estimators, by the conversions of onnxmltools."""
    from skl2onnx.common import shape_calculator as shapes

    for library in sorted(boosting_libraries(model)):
        try:
            package = {"xgboost": "xgboost.operator_converters.XGBoost",
                       "lightgbm": "lightgbm.operator_converters.LightGbm"}[library]
            converters = importlib.import_module(f"onnxmltools.convert.{package}")
        except ImportError as error:
            raise ExportError(f"{library} inside a pipeline takes onnxmltools, which is not installed ({error}); a "
                              f"{library} model by itself is served from the file its save_model writes") from error
        convert = getattr(converters, f"convert_{library}")
        for part in parts_of(model):
            if type(part).__module__.split(".")[0] != library:
                continue
            classifier = hasattr(part, "predict_proba")
            shape = (shapes.calculate_linear_classifier_output_shapes if classifier
                     else shapes.calculate_linear_regressor_output_shapes)
            options = {"nocl": [True, False], "zipmap": [True, False, "columns"]} if classifier else {}
            update_registered_converter(type(part), f"{library}{type(part).__name__}", shape, convert,
                                        options=options)


@contextlib.contextmanager
def flags_as_numbers() -> Iterator[None]:
    """skl2onnx passes some lists of booleans on where protobuf wants integers."""
    make_attribute = helper.make_attribute

    def made(key: str, value: Any, *rest: Any, **more: Any) -> Any:
        if isinstance(value, (list, np.ndarray)) and len(value) and isinstance(value[0], (bool, np.bool_)):
            value = [int(v) for v in value]
        return make_attribute(key, value, *rest, **more)

    helper.make_attribute = made
    try:
        yield
    finally:
        helper.make_attribute = make_attribute


def input_types(model: Any, rows: Rows, number: type) -> list[tuple[str, Any]]:
    """One tensor where all features are numbers and nothing picks columns by name, else one a feature."""
    by_name = rows.framed and any(True for _ in column_selections(model))
    if not by_name and not any(column.is_text for column in rows.columns):
        return [("X", number([None, len(rows.columns)]))]
    if rows.flat or rows.framed:
        encoded = encoded_columns(model)
        return [(column.name, StringTensorType([None, 1]) if column.is_text
                 else Int64TensorType([None, 1]) if column.kind == "integer" and column.name in encoded
                 else number([None, 1])) for column in rows.columns]
    if all(column.is_text for column in rows.columns):
        return [("X", StringTensorType([None, len(rows.columns)]))]
    raise ExportError("rows: an array of text and numbers mixed; give a data frame")


def convert_once(model: Any, inputs: list[tuple[str, Any]], **options: Any) -> onnx.ModelProto:
    with own_conversions(), flags_as_numbers(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return skl2onnx.convert_sklearn(
            model, initial_types=inputs, target_opset=OPSETS, options={id(final_of(model)): options, id(model): options} if options
            else None)


def convert(model: Any, inputs: list[tuple[str, Any]], **options: Any) -> onnx.ModelProto | None:
    """None where the estimator's conversion does not know the options."""
    for given in ({**options, "zipmap": False}, options):
        try:
            return convert_once(model, inputs, **given)
        except NameError as error:  # skl2onnx's way of refusing an option
            if "Option" not in str(error):
                raise
    return None


class Merger:
    """Puts graphs of the same inputs together; what they have in common is there once."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.known: dict[Any, Any] = {}
        self.taken: set[str] = set()

    def _fresh(self, name: str) -> str:
        candidate, number = name, 0
        while candidate in self.taken:
            number += 1
            candidate = f"{name}_{number}"
        self.taken.add(candidate)
        return candidate

    def _initializer(self, tensor: onnx.TensorProto) -> str:
        own = onnx.TensorProto()
        own.CopyFrom(tensor)
        own.name = ""
        key = own.SerializeToString()
        if key not in self.known:
            own.name = self.known[key] = self._fresh(tensor.name)
            self.initializers.append(own)
        return self.known[key]

    def take(self, graph: onnx.GraphProto) -> dict[str, str]:
        """Adds a graph; the names its values have from now on."""
        names = {value.name: value.name for value in graph.input}
        self.taken.update(names)
        for tensor in graph.initializer:
            names[tensor.name] = self._initializer(tensor)
        for node in graph.node:
            if self.nodes and any(a.type == onnx.AttributeProto.GRAPH for a in node.attribute):
                raise ExportError(f"{node.op_type} in the graph of decision_function")
            given = [names[name] if name else "" for name in node.input]
            attributes = sorted(a.SerializeToString() for a in node.attribute)
            key = (node.domain, node.op_type, tuple(given), tuple(attributes), len(node.output))
            if key not in self.known:
                own = onnx.NodeProto()
                own.CopyFrom(node)
                del own.input[:], own.output[:]
                own.input.extend(given)
                own.output.extend(self._fresh(name) if name else "" for name in node.output)
                own.name = f"{node.op_type}_{len(self.nodes)}"
                self.nodes.append(own)
                self.known[key] = list(own.output)
            names.update(zip(node.output, self.known[key]))
        return names

    def add(self, op: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        output = self._fresh(op.lower())
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], domain=domain, name=name, **attributes))
        return output

    def constant(self, values: Any, dtype: type = np.float64) -> str:
        return self._initializer(numpy_helper.from_array(np.asarray(values, dtype), "constant"))

    def give(self, method: str, value: str, type_: int, width: int | None) -> None:
        name = self._fresh(method)
        self.nodes.append(helper.make_node("Identity", [value], [name], name=f"Identity_{len(self.nodes)}"))
        shape = [None] if width is None else [None, width]
        self.outputs.append(helper.make_tensor_value_info(name, type_, shape))


def elem_type(value: onnx.ValueInfoProto) -> int:
    return value.type.tensor_type.elem_type


def assemble(model: Any, inputs: list[tuple[str, Any]], number: type, asked: Answers) -> onnx.ModelProto:
    """One graph with one output a method, named as the methods."""
    final = final_of(model)
    classifies = hasattr(final, "classes_") and "predict" in asked.methods
    base = convert(model, inputs) if not classifies or "predict_proba" in asked.methods else None
    raw = convert(model, inputs, raw_scores=True) if classifies and "decision_function" in asked.methods else None
    if base is None and raw is None:
        base = convert(model, inputs)
    assert base is not None or raw is not None
    merger = Merger()
    whole = base or raw
    first = merger.take(whole.graph)
    outputs = [(first[value.name], elem_type(value)) for value in whole.graph.output]
    if not classifies:
        give_values(merger, asked, outputs)
    else:
        second = first if raw is whole or raw is None else merger.take(raw.graph)
        scores = second[raw.graph.output[1].name] if raw is not None else None
        give_classes(merger, model, asked, outputs, scores)
    graph = helper.make_graph(merger.nodes, type(final).__name__, whole.graph.input, merger.outputs,
                              merger.initializers)
    opsets = {opset.domain: opset.version for made in (base, raw) if made is not None for opset in made.opset_import}
    if any(node.domain == "ai.onnx.ml" for node in merger.nodes):
        opsets["ai.onnx.ml"] = 5 if any(node.op_type == "TreeEnsemble" for node in merger.nodes) else 3
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid(d, v) for d, v in opsets.items()],
                             producer_name="pelton exporter", ir_version=10)
    onnx.checker.check_model(made, full_check=True)
    return made


def give_values(merger: Merger, asked: Answers, outputs: list[tuple[str, int]]) -> None:
    """A regressor's, transformer's or outlier detector's outputs."""
    offered = [method for method in ("predict", "decision_function") if method in asked.methods]
    for method, (value, type_) in zip(offered, outputs):
        merger.give(method, value, type_, asked.width(method))
    asked.keep(offered[:len(outputs)])


def give_classes(merger: Merger, model: Any, asked: Answers, outputs: list[tuple[str, int]],
                 scores: str | None) -> None:
    label, label_type = outputs[0]
    classes = np.asarray(final_of(model).classes_)
    offered = ["predict"]
    decision = None
    if scores is not None:
        width = asked.width("decision_function")
        decision = scores if width > 1 else merger.add("Gather", scores, merger.constant([-1], np.int64), axis=1)
        offered.append("decision_function")
    if label_goes_by_decision(model):
        if decision is None:
            raise ExportError(f"{type(final_of(model)).__name__}: its label goes by the decision function, which "
                              "skl2onnx does not give")
        choices = decision
        if len(classes) == 2:  # above zero, not at zero
            choices = merger.add("Concat", merger.add("Neg", decision), decision, axis=1)
        label = class_labels(merger.add, merger.constant, choices, classes)
    merger.give("predict", label, label_type, None)
    if "predict_proba" in asked.methods and len(outputs) > 1:
        merger.give("predict_proba", outputs[1][0], outputs[1][1], asked.width("predict_proba"))
        offered.append("predict_proba")
    if decision is not None:
        merger.give("decision_function", decision, outputs[1][1], asked.width("decision_function"))
    asked.keep(offered)


# ---------------------------------------------------------------------------------------------------------------
# What scikit-learn answers, the rows it is asked, and what is kept of both


class Answers:
    """A model's outputs by the names that Pelton has for them, one row of values (or one label) a row."""

    def __init__(self, model: Any, example: Any):
        self.model = model
        final = final_of(model)
        self.classes = np.asarray(final.classes_) if hasattr(final, "classes_") else None
        self.methods: dict[str, Callable[[Any], Any]] = {
            method: getattr(model, method) for method in METHODS if hasattr(model, method)}
        if "predict" not in self.methods:
            if not hasattr(model, "transform"):
                raise ExportError(f"{type(model).__name__}: neither predicts nor transforms")
            self.methods = {"predict": model.transform}
        if self.classes is not None and self.classes.dtype.kind not in "biufOUS":
            raise ExportError(f"classes of type {self.classes.dtype}")
        if self.classes is not None and self.classes.dtype.kind == "f" and (self.classes != self.classes.round()).any():
            raise ExportError("classes that are fractions")
        self.example = {method: self.ask(method, example) for method in self.methods}

    def ask(self, method: str, data: Any) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            given = self.methods[method](data)
        values = np.asarray(given.toarray() if hasattr(given, "toarray") else given)
        return values if self.labelled(method) else values.astype(np.float64).reshape(len(values), -1)

    def labelled(self, method: str) -> bool:
        return method == "predict" and self.classes is not None

    def width(self, method: str) -> int:
        return 1 if self.labelled(method) else self.example[method].shape[1]

    def keep(self, methods: Sequence[str]) -> None:
        self.methods = {method: ask for method, ask in self.methods.items() if method in methods}

    def golden(self, method: str, values: np.ndarray, i: int) -> Any:
        if self.labelled(method):
            value = values[i]
            return int(value) if self.classes is not None and self.classes.dtype.kind in "biuf" else str(value)
        cells = [json_value(value) for value in values[i]]
        return cells[0] if len(cells) == 1 else cells


@dataclasses.dataclass
class Asked:
    """Rows and what scikit-learn answers them."""

    data: Any
    count: int
    hard: int  # how many of them, at the end, are made up
    answers: dict[str, np.ndarray]


def evenly(count: int, most: int) -> list[int]:
    return sorted({int(i) for i in np.linspace(0, count - 1, min(count, most))})


def hard_rows(rows: Rows) -> Iterator[tuple[int | None, Any]]:
    """Rows that conversions get wrong: missing and extreme values, zeros, categories and words not seen before."""
    columns = list(enumerate(rows.columns))
    for i, column in columns[:200]:
        if column.is_text:
            yield None, rows.first_with(i, "no such category")
            yield None, rows.first_with(i, "")
            continue
        if column.kind == "number":
            yield i, rows.first_with(i, math.nan)
            finite = column.values[np.isfinite(column.values)]
            for value in (10 * finite.max(), -10 * abs(finite).max()) if len(finite) else ():
                yield None, rows.first_with(i, float(value))
        yield None, rows.first_with(i, 0 if column.kind != "number" else 0.0)
    if not rows.framed and not rows.flat and not any(column.is_text for _, column in columns):
        for factor in (0.0, -1.0, 1000.0):
            yield None, np.asarray(rows.data[:1] * factor)


def gather(rows: Rows, asked: Answers) -> Asked:
    """Typical rows and those hard ones that scikit-learn takes; notes which features may be missing."""
    for column in rows.columns:
        if column.is_text and column.missing().any():
            raise ExportError(f"feature {column.name!r}: text that is missing; ONNX has no such thing: fill it before")
        if not column.is_text and column.missing().any():
            column.takes_missing = True
    parts = [rows.take(evenly(len(rows), CHECKED_ROWS))]
    typical = len(parts[0])
    for i, row in hard_rows(rows):
        try:
            for method in asked.methods:
                asked.ask(method, row)
        except (ValueError, TypeError, KeyError, OverflowError):
            continue  # scikit-learn refuses such a row
        parts.append(row)
        if i is not None:
            rows.columns[i].takes_missing = True
    data = rows.join(parts)
    return Asked(data, len(data), len(data) - typical, {method: asked.ask(method, data) for method in asked.methods})


def golden_rows(rows: Rows, asked: Answers, sample: Asked, chosen: Sequence[int]) -> list[dict[str, Any]]:
    return [{"x": rows.record(sample.data, i),
             **{method: asked.golden(method, sample.answers[method], i) for method in asked.methods}} for i in chosen]


def golden_choice(asked: Answers, sample: Asked) -> list[int]:
    """A few typical rows, one of each class among them, and a few hard ones."""
    typical = sample.count - sample.hard
    chosen = set(evenly(typical, GOLDEN_ROWS - min(sample.hard, GOLDEN_ROWS // 2)))
    if asked.classes is not None and "predict" in sample.answers:
        for label in asked.classes[:GOLDEN_ROWS]:
            where = np.flatnonzero(sample.answers["predict"][:typical] == label)
            chosen.update(where[:1].tolist())
    chosen.update(typical + i for i in evenly(sample.hard, GOLDEN_ROWS // 2) if sample.hard)
    return sorted(chosen)


def baseline(rows: Rows, asked: Answers) -> dict[str, Any]:
    """What the training rows look like: for drift and explanation."""
    return {"rows": len(rows), "features": [column_baseline(column) for column in rows.columns],
            **({"classes": [label_value(label) for label in asked.classes]} if asked.classes is not None else {})}


def label_value(label: Any) -> int | str:
    return str(label) if isinstance(label, str) else int(label)


def column_baseline(column: Column) -> dict[str, Any]:
    missing = column.missing()
    told: dict[str, Any] = {"name": column.name, "kind": column.kind, "count": int((~missing).sum()),
                            "missing_share": float(missing.mean())}
    present = column.values[~missing]
    if column.kind == "text":
        lengths = np.array([len(text) for text in present]) if len(present) else np.zeros(1)
        return {**told, "mean_length": float(lengths.mean()), "max_length": int(lengths.max())}
    if column.kind == "category":
        names, counts = np.unique(present.astype(str), return_counts=True)
        order = np.argsort(-counts, kind="stable")[:100]
        return {**told, "categories": {str(names[i]): int(counts[i]) for i in order},
                "other": int(len(present) - counts[order].sum())}
    finite = present[np.isfinite(present)]
    if len(finite) == 0:
        return told
    edges = np.unique(np.quantile(finite, np.linspace(0.1, 0.9, 9)))
    counts = np.bincount(np.searchsorted(edges, finite, side="left"), minlength=len(edges) + 1)
    return {**told, "min": float(finite.min()), "max": float(finite.max()), "mean": float(finite.mean()),
            "std": float(finite.std()), "edges": edges.tolist(), "counts": counts.tolist()}


# ---------------------------------------------------------------------------------------------------------------
# Comparing before anything is written


@dataclasses.dataclass
class Mismatch:
    method: str
    row: int
    detail: str


def pelton_program(given: str | None) -> str | None:
    return given or os.environ.get("PELTON") or shutil.which("pelton")


class PeltonCheck:
    """Asks the program that will serve the model."""

    def __init__(self, program: str):
        self.program = program

    def __str__(self) -> str:
        return self.program

    def compare(self, model: onnx.ModelProto, rows: Rows, asked: Answers, sample: Asked,
                tolerance: float) -> Mismatch | None:
        with tempfile.TemporaryDirectory() as folder:
            file, golden = pathlib.Path(folder, "model.onnx"), pathlib.Path(folder, "rows.ndjson")
            file.write_bytes(model.SerializeToString())
            lines = golden_rows(rows, asked, sample, range(sample.count))
            golden.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
            command = [self.program, "verify", str(file), str(golden), "--tolerance", repr(tolerance), "--json"]
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            if not ran.stdout:
                raise ExportError(f"Pelton does not serve it: {ran.stderr.strip().replace(str(file), 'the model')}")
        methods = json.loads(ran.stdout)["methods"]
        if absent := set(asked.methods) - set(methods):
            raise ExportError(f"Pelton does not offer {', '.join(sorted(absent))}")
        for method, told in methods.items():
            if told["beyond"] != 0:
                return Mismatch(method, told["first_beyond"]["row"] - 1, told["first_beyond"]["detail"])
        return None


class RuntimeCheck:
    """Asks onnxruntime, where there is no Pelton."""

    def __str__(self) -> str:
        return "onnxruntime"

    def compare(self, model: onnx.ModelProto, rows: Rows, asked: Answers, sample: Asked,
                tolerance: float) -> Mismatch | None:
        runtime = importlib.import_module("onnxruntime")
        try:
            session = runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
            names = [output.name for output in session.get_outputs()]
            given = session.run(names, rows.feeds(sample.data, session.get_inputs()))
        except Exception as error:  # its exceptions have no base of their own
            raise ExportError(f"onnxruntime does not run it: {error}") from error
        for method, got in zip(names, given):
            if mismatch := first_difference(asked, method, np.asarray(got), sample.answers[method], tolerance):
                return mismatch
        return None


def first_difference(asked: Answers, method: str, got: np.ndarray, expected: np.ndarray,
                     tolerance: float) -> Mismatch | None:
    if asked.labelled(method):
        got, expected = got.reshape(-1).astype(str), np.array([str(label_value(v)) for v in expected])
        differ = got != expected if got.shape == expected.shape else np.ones(len(expected), bool)
    else:
        got = got.astype(np.float64).reshape(len(expected), -1)
        if got.shape != expected.shape:
            return Mismatch(method, 0, f"{got.shape[1]} values, expected {expected.shape[1]}")
        both_missing = ~np.isfinite(got) & ~np.isfinite(expected)
        near = np.abs(got - expected) <= tolerance * np.maximum(1, np.abs(expected))
        differ = ~(near | both_missing).all(axis=1)
    if not differ.any():
        return None
    row = int(np.flatnonzero(differ)[0])
    return Mismatch(method, row, f"expected {expected[row].tolist()}, got {got[row].tolist()}")


def choose_check(check_with: str, pelton: str | None) -> PeltonCheck | RuntimeCheck:
    program = pelton_program(pelton)
    if check_with != "onnxruntime" and program:
        return PeltonCheck(program)
    if check_with == "pelton":
        raise ExportError("pelton is not on the PATH; say --pelton PROGRAM")
    if importlib.util.find_spec("onnxruntime"):
        return RuntimeCheck()
    raise ExportError("nothing to check the file with: neither the pelton program (--pelton) nor onnxruntime")


def settle_tolerance(check: Any, model: onnx.ModelProto, rows: Rows, asked: Answers, sample: Asked,
                     tolerance: float | None) -> float:
    """The tolerance at which all outputs agree; an ExportError where they do not."""
    narrow = any(node.op_type in FLOAT_OPERATORS for node in model.graph.node) or any(
        elem_type(value) == TensorProto.FLOAT for value in model.graph.input)
    tried = [tolerance] if tolerance is not None else [EXACT, FLOAT] if narrow else [EXACT]
    mismatch = None
    for allowed in tried:
        mismatch = check.compare(model, rows, asked, sample, allowed)
        if mismatch is None:
            return allowed
    assert mismatch is not None
    row = json.dumps(rows.record(sample.data, mismatch.row), ensure_ascii=False)
    made = ", made up" if mismatch.row >= sample.count - sample.hard else ""
    raise ExportError(f"{mismatch.method} differs from scikit-learn's in row {mismatch.row + 1}{made} ({row}): "
                      f"{mismatch.detail} ({check}, tolerance {tried[-1]:g}); nothing was written")


# ---------------------------------------------------------------------------------------------------------------
# The export


@dataclasses.dataclass
class Export:
    """What was written."""

    file: pathlib.Path
    methods: list[str]
    tolerance: float
    rows_checked: int
    checked_with: str
    left_out: list[str]


def build(model: Any, rows: Rows, asked: Answers) -> onnx.ModelProto:
    """In double; in float where skl2onnx cannot convert the estimator in double."""
    register_boosting(model)
    refuse_what_is_wrong(model)
    failure: Exception | None = None
    for number in (DoubleTensorType, FloatTensorType):
        try:
            return assemble(model, input_types(model, rows, number), number, asked)
        except ExportError:
            raise
        except Exception as error:  # skl2onnx raises nearly everything there is
            failure = failure or error
    raise ExportError(f"skl2onnx does not convert it: {type(failure).__name__}: {failure}") from failure


def describe(made: onnx.ModelProto, rows: Rows, asked: Answers, golden: list[dict[str, Any]],
             tolerance: float) -> None:
    """The model's metadata; docs/exporter.md has the keys."""
    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    helper.set_model_props(made, {
        **names_and_gaps(rows),
        "pelton.baseline": text(baseline(rows, asked)),
        "pelton.golden": text(golden),
        "pelton.golden.tolerance": repr(tolerance),
        "pelton.source": f"scikit-learn {sklearn.__version__}, skl2onnx {skl2onnx.__version__}",
    })


def names_and_gaps(rows: Rows) -> dict[str, str]:
    names = [column.name for column in rows.columns]
    missing = [column.name for column in rows.columns if column.takes_missing]
    return {"feature_names": json.dumps(names, ensure_ascii=False),
            "missing_features": json.dumps(missing, ensure_ascii=False)}


def export(model: Any, X: Any, directory: str | os.PathLike[str], name: str = "model", *, version: int | None = None,
           check_with: str = "auto", pelton: str | None = None, tolerance: float | None = None) -> Export:
    """Writes `model` as DIRECTORY/NAME/VERSION/model.onnx once it has been found to answer as scikit-learn does.

    X: rows the model was trained on, as it takes them: the more, the better the check and the baseline.
    version: the next free one where none is given. check_with: "pelton", "onnxruntime", or "auto" (the pelton
    program `pelton`, or the one on the PATH; else onnxruntime). tolerance: 1e-9, or 1e-5 where operators keep what
    was learned as float. Raises ExportError, and writes nothing, where the model cannot be exported exactly.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}", name):
        raise ExportError(f"name {name!r}: expected letters, digits, '_', '-' and '.', at most 128")
    check = choose_check(check_with, pelton)
    rows = Rows(X, getattr(model, "feature_names_in_", None), text_columns(model))
    asked = Answers(model, rows.take([0]))
    wanted = list(asked.methods)
    made = build(model, rows, asked)
    sample = gather(rows, asked)
    helper.set_model_props(made, names_and_gaps(rows))
    settled = settle_tolerance(check, made, rows, asked, sample, tolerance)
    golden = golden_rows(rows, asked, sample, golden_choice(asked, sample))
    describe(made, rows, asked, golden, settled)
    file = write(made, pathlib.Path(directory) / name, version)
    left_out = [method for method in wanted if method not in asked.methods]
    return Export(file, list(asked.methods), settled, sample.count, str(check), left_out)


def write(made: onnx.ModelProto, folder: pathlib.Path, version: int | None) -> pathlib.Path:
    """The version's folder appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    if version is None:
        version = 1 + max((int(entry.name) for entry in folder.iterdir() if entry.name.isdigit()), default=0)
    target = folder / str(version)
    if target.exists():
        raise ExportError(f"{target} is there already")
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as temporary:
        whole = pathlib.Path(temporary, "version")
        whole.mkdir()
        (whole / "model.onnx").write_bytes(made.SerializeToString())
        whole.rename(target)
    return target / "model.onnx"


def load_model(file: pathlib.Path) -> Any:
    if file.suffix not in (".joblib", ".pkl", ".pickle"):
        raise ExportError(f"{file}: expected a .joblib or .pkl file")
    return importlib.import_module("joblib").load(file)


def read_rows(file: pathlib.Path) -> Any:
    if file.suffix == ".npy":
        return np.load(file, allow_pickle=False)
    if file.suffix in (".joblib", ".pkl", ".pickle"):
        return load_model(file)
    if file.suffix not in (".csv", ".parquet"):
        raise ExportError(f"{file}: expected .csv, .parquet, .npy or .joblib")
    try:
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise ExportError(f"{file}: reading it takes pandas, which is not installed") from error
    return pandas.read_csv(file) if file.suffix == ".csv" else pandas.read_parquet(file)


def as_trained(model: Any, rows: Any) -> Any:
    """The columns the model was trained on, in its order; an array where it had no names."""
    if not hasattr(rows, "columns"):
        return rows
    names = getattr(model, "feature_names_in_", None)
    if names is not None:
        if absent := [name for name in names if name not in rows.columns]:
            raise ExportError(f"rows: no column {', '.join(map(repr, absent))}")
        return rows[list(names)]
    width = getattr(model, "n_features_in_", None)
    if width is None and rows.shape[1] == 1:
        return rows.iloc[:, 0].to_numpy()
    if width is not None and rows.shape[1] != width:
        raise ExportError(f"rows: {rows.shape[1]} columns; the model takes {width}, and does not know their names")
    return rows.to_numpy()


def found_rows(model: pathlib.Path) -> list[pathlib.Path]:
    for stem in (f"{model.stem}_rows", "train", "X_train"):
        for ending in (".csv", ".parquet", ".npy"):
            if (file := model.with_name(stem + ending)).exists():
                return [file]
    raise ExportError(f"no training rows: say --rows FILE (or put train.csv beside {model})")


def read_all_rows(model: Any, files: Sequence[pathlib.Path]) -> Any:
    parts = [as_trained(model, read_rows(file)) for file in files]
    if len(parts) == 1:
        return parts[0]
    if all(hasattr(part, "columns") for part in parts):
        return importlib.import_module("pandas").concat(parts, ignore_index=True)
    return np.concatenate(parts)


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Write a fitted scikit-learn model as an ONNX file for Pelton.",
                                     epilog="A .joblib or .pkl file runs what is in it when it is loaded: load only "
                                            "your own.")
    parser.add_argument("model", type=pathlib.Path, help="the fitted model: a .joblib or .pkl file")
    parser.add_argument("directory", type=pathlib.Path, help="the model repository: DIR/NAME/VERSION/model.onnx")
    parser.add_argument("--rows", type=pathlib.Path, nargs="+", metavar="FILE",
                        help="training rows: .csv, .parquet, .npy or .joblib (train.csv beside the model)")
    parser.add_argument("--name", help="what the model is called (the file's name)")
    parser.add_argument("--version", type=int, help="its version (the next free number)")
    parser.add_argument("--check-with", choices=("auto", "pelton", "onnxruntime"), default="auto")
    parser.add_argument("--pelton", metavar="PROGRAM", help="the pelton program ($PELTON, or the one on the PATH)")
    parser.add_argument("--tolerance", type=float, metavar="T", help="greatest difference (1e-9; 1e-5 in float)")
    return parser


def main() -> int:
    flags = command_line().parse_args()
    try:
        model = load_model(flags.model)
        rows = read_all_rows(model, flags.rows or found_rows(flags.model))
        done = export(model, rows, flags.directory, flags.name or flags.model.stem, version=flags.version,
                      check_with=flags.check_with, pelton=flags.pelton, tolerance=flags.tolerance)
    except (ExportError, OSError) as error:
        print(f"export: {error}", file=sys.stderr)
        return 1
    print(f"{done.file}: {', '.join(done.methods)}; {done.rows_checked} rows within {done.tolerance:g} of "
          f"scikit-learn's ({done.checked_with})")
    if done.left_out:
        print(f"export: not in the file, for skl2onnx does not give it: {', '.join(done.left_out)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
