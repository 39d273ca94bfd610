"""Nodes of a graph as skl2onnx collects them, and trees on their way into one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType

from exporter.script import OPSETS, ExportError


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
        self.container.add_node(
            op,
            list(inputs),
            [name],
            op_domain=domain,
            op_version=OPSETS[domain],
            name=self.scope.get_unique_operator_name(op),
            **attributes,
        )
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
        self.add(
            "Identity",
            class_labels(self.add, self.constant, scores, classes),
            output=self.operator.outputs[0].full_name,
        )


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
        self.nodes: dict[str, list[Any]] = {
            key: []
            for key in (
                "featureids",
                "splits",
                "modes",
                "truenodeids",
                "falsenodeids",
                "trueleafs",
                "falseleafs",
                "missing_value_tracks_true",
            )
        }
        self.leaf_targets: list[int] = []
        self.leaf_weights: list[float] = []
        self.members: list[float] = []

    def _leaf(self, target: int, weight: float) -> int:
        self.leaf_targets.append(target)
        self.leaf_weights.append(float(weight))
        return len(self.leaf_weights) - 1

    def _split(self, feature: int, threshold: float, missing_left: bool, members: Sequence[float] | None) -> int:
        values = (
            feature,
            0.0 if members is not None else float(threshold),
            self.LEQ if members is None else self.MEMBER,
            0,
            0,
            0,
            0,
            int(missing_left),
        )
        for store, value in zip(self.nodes.values(), values):
            store.append(value)
        if members is not None:
            self.members += [*members, math.nan]
        return len(self.nodes["modes"]) - 1

    def add_tree(
        self, root: int, target: int, split_of: Callable[[int], tuple | None], weight_of: Callable[[int], float]
    ) -> None:
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
        return graph.add(
            "TreeEnsemble",
            rows,
            domain="ai.onnx.ml",
            n_targets=self.targets,
            tree_roots=self.roots,
            aggregate_function=1,
            post_transform=0,
            leaf_targetids=self.leaf_targets,
            leaf_weights=tensor("weights", self.leaf_weights, np.float64),
            **attributes,
        )
