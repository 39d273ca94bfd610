"""Conversions of our own, where skl2onnx's is wrong, and which stands for which estimator."""

from __future__ import annotations

import contextlib
import copy
import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx._supported_operators import _get_sklearn_operator_name
from skl2onnx.common import _registration
from skl2onnx.common.data_types import StringTensorType
from sklearn.ensemble import VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import Binarizer, Normalizer, PolynomialFeatures
from sklearn.svm import SVC, NuSVC

from exporter.graph import Graph
from exporter.script import ExportError
from exporter.trees import TREE_CONVERTERS, TREE_SHAPES, value_shape


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
        told = graph.add(
            "Gather",
            graph.add("Cast", missing, to=TensorProto.DOUBLE),
            graph.constant(model.indicator_.features_, np.int64),
            axis=1,
        )
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
    """MLPRegressor: any number of targets, either loss."""
    graph = Graph(scope, operator, container)
    model = graph.model
    activations = {"identity": None, "logistic": "Sigmoid", "tanh": "Tanh", "relu": "Relu"}
    if model.out_activation_ not in ("identity", "exp"):
        raise ExportError(f"MLPRegressor: {model.out_activation_!r} as the output's activation")
    value = graph.rows()
    for i, (weights, biases) in enumerate(zip(model.coefs_, model.intercepts_)):
        value = graph.add("Add", graph.add("MatMul", value, graph.constant(weights)), graph.constant(biases[None, :]))
        if i + 1 < len(model.coefs_) and activations[model.activation] is not None:
            value = graph.add(activations[model.activation], value)
    graph.give(graph.add("Exp", value) if model.out_activation_ == "exp" else value)


def convert_polynomial(scope: Any, operator: Any, container: Any) -> None:
    """PolynomialFeatures: the products of each length in one go."""
    graph = Graph(scope, operator, container)
    rows = graph.rows()
    products = [[i for i, power in enumerate(powers) for _ in range(power)] for powers in graph.model.powers_]
    parts = []
    for length, alike in itertools.groupby(products, key=len):
        factors = list(zip(*alike))
        columns = [graph.add("Gather", rows, graph.constant(chosen, np.int64), axis=1) for chosen in factors]
        if length == 0:
            first = graph.add("Gather", rows, graph.constant([0], np.int64), axis=1)
            columns = [graph.add("Cast", graph.add("Equal", first, first), to=TensorProto.DOUBLE)]
        parts.append(functools.reduce(lambda a, b: graph.add("Mul", a, b), columns))
    graph.give(parts[0] if len(parts) == 1 else graph.add("Concat", *parts, axis=1))


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
    **TREE_CONVERTERS,
    SimpleImputer: numbers_only(convert_imputer, SimpleImputer),
    Binarizer: convert_binarizer,
    Normalizer: convert_normalizer,
    MLPRegressor: convert_network,
    PolynomialFeatures: convert_polynomial,
    SVC: convert_machine,
    NuSVC: convert_machine,
    VotingClassifier: convert_vote,
}


SHAPES: dict[type, Callable[[Any], None]] = {
    **TREE_SHAPES,
    SimpleImputer: imputer_shape,
    Binarizer: value_shape(lambda model: model.n_features_in_),
    Normalizer: value_shape(lambda model: model.n_features_in_),
    MLPRegressor: value_shape(lambda model: model.n_outputs_),
    PolynomialFeatures: value_shape(lambda model: model.n_output_features_),
}
