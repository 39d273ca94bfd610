"""From the model to one graph with one output a method."""

from __future__ import annotations

import contextlib
import importlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import onnx
import skl2onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.linear_model import SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC

from exporter.answers import Answers
from exporter.conversions import own_conversions
from exporter.graph import Graph, class_labels
from exporter.rows import Rows
from exporter.script import OPSETS, ExportError, column_selections, encoded_columns, final_of, parts_of

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
        if isinstance(part, OneHotEncoder) and any(
            np.asarray(c).dtype.kind == "f" and np.isnan(c).any() for c in part.categories_
        ):
            raise ExportError(f"{name}: a missing value is one of its categories; fill it before (SimpleImputer)")
        if part is not final_of(model) and label_goes_by_decision(part) and isinstance(part, SVC):
            raise ExportError(f"{name}(break_ties=True) inside another estimator: its label would go by votes")
    if isinstance(getattr(final_of(model), "classes_", None), list) or getattr(final_of(model), "multilabel_", False):
        raise ExportError(f"{type(final_of(model)).__name__}: several targets of classes")


def boosting_libraries(model: Any) -> set[str]:
    return {
        library
        for part in parts_of(model)
        for library in ("xgboost", "lightgbm")
        if type(part).__module__.split(".")[0] == library
    }


class WithInputs:
    """An operator of skl2onnx's, but for its inputs."""

    def __init__(self, operator: Any, inputs: list[Any]):
        self.operator, self.inputs = operator, inputs
        self.input_full_names = [given.full_name for given in inputs]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.operator, name)


def on_float_rows(convert: Callable[..., None]) -> Callable[..., None]:
    """XGBoost rounds rows to float before it compares them; its conversion does not."""

    def converted(scope: Any, operator: Any, container: Any) -> None:
        graph = Graph(scope, operator, container)
        wide = operator.inputs[0]
        narrow = scope.declare_local_variable("narrow", FloatTensorType(wide.type.shape))
        graph.add("Cast", wide.full_name, to=TensorProto.FLOAT, output=narrow.full_name)
        convert(scope, WithInputs(operator, [narrow]), container)

    return converted


def float_outputs(shape: Callable[[Any], None]) -> Callable[[Any], None]:
    """ONNX's operators for boosted trees give float, whatever the rows are."""

    def calculate(operator: Any) -> None:
        shape(operator)
        operator.outputs[-1].type = FloatTensorType(operator.outputs[-1].type.shape)

    return calculate


def register_boosting(model: Any) -> None:
    """XGBoost's and LightGBM's estimators, by the conversions of onnxmltools."""
    from skl2onnx.common import shape_calculator as shapes

    for library in sorted(boosting_libraries(model)):
        try:
            package = {
                "xgboost": "xgboost.operator_converters.XGBoost",
                "lightgbm": "lightgbm.operator_converters.LightGbm",
            }[library]
            converters = importlib.import_module(f"onnxmltools.convert.{package}")
        except ImportError as error:
            raise ExportError(
                f"{library} inside a pipeline takes onnxmltools, which is not installed ({error}); a "
                f"{library} model by itself is served from the file its save_model writes"
            ) from error
        convert = getattr(converters, f"convert_{library}")
        if library == "xgboost":
            convert = on_float_rows(convert)
        for part in parts_of(model):
            if type(part).__module__.split(".")[0] != library:
                continue
            classifier = hasattr(part, "predict_proba")
            shape = (
                shapes.calculate_linear_classifier_output_shapes
                if classifier
                else shapes.calculate_linear_regressor_output_shapes
            )
            options = {"nocl": [True, False], "zipmap": [True, False, "columns"]} if classifier else {}
            alias = f"{library}{type(part).__name__}"
            update_registered_converter(type(part), alias, float_outputs(shape), convert, options=options)


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
        return [
            (
                column.name,
                StringTensorType([None, 1])
                if column.is_text
                else Int64TensorType([None, 1])
                if column.kind == "integer" and column.name in encoded
                else number([None, 1]),
            )
            for column in rows.columns
        ]
    if all(column.is_text for column in rows.columns):
        return [("X", StringTensorType([None, len(rows.columns)]))]
    raise ExportError("rows: an array of text and numbers mixed; give a data frame")


def convert_once(model: Any, inputs: list[tuple[str, Any]], **options: Any) -> onnx.ModelProto:
    with own_conversions(), flags_as_numbers(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return skl2onnx.convert_sklearn(
            model,
            initial_types=inputs,
            target_opset=OPSETS,
            options={id(final_of(model)): options, id(model): options} if options else None,
        )


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
    outputs = [
        (laid_out(merger, first[value.name], value, classifies), elem_type(value)) for value in whole.graph.output
    ]
    if not classifies:
        give_values(merger, asked, outputs)
    else:
        second = first if raw is whole or raw is None else merger.take(raw.graph)
        scores = second[raw.graph.output[1].name] if raw is not None else None
        give_classes(merger, model, asked, outputs, scores)
    graph = helper.make_graph(
        merger.nodes, type(final).__name__, whole.graph.input, merger.outputs, merger.initializers
    )
    opsets = {opset.domain: opset.version for made in (base, raw) if made is not None for opset in made.opset_import}
    if any(node.domain == "ai.onnx.ml" for node in merger.nodes):
        opsets["ai.onnx.ml"] = 5 if any(node.op_type == "TreeEnsemble" for node in merger.nodes) else 3
    made = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid(d, v) for d, v in opsets.items()],
        producer_name="pelton exporter",
        ir_version=10,
    )
    onnx.checker.check_model(made, full_check=True)
    return made


def laid_out(merger: Merger, name: str, value: onnx.ValueInfoProto, classifies: bool) -> str:
    """A classifier's labels as a line, another estimator's single values as a column."""
    rank = len(value.type.tensor_type.shape.dim)
    label = elem_type(value) in (TensorProto.INT64, TensorProto.STRING)
    if label and rank != (1 if classifies else 2):
        return merger.add("Reshape", name, merger.constant([-1] if classifies else [-1, 1], np.int64))
    return name


def give_values(merger: Merger, asked: Answers, outputs: list[tuple[str, int]]) -> None:
    """A regressor's, transformer's or outlier detector's outputs."""
    offered = [method for method in ("predict", "decision_function") if method in asked.methods]
    for method, (value, type_) in zip(offered, outputs):
        merger.give(method, value, type_, asked.width(method))
    asked.keep(offered[: len(outputs)])


def give_classes(
    merger: Merger, model: Any, asked: Answers, outputs: list[tuple[str, int]], scores: str | None
) -> None:
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
            raise ExportError(
                f"{type(final_of(model)).__name__}: its label goes by the decision function, which "
                "skl2onnx does not give"
            )
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
