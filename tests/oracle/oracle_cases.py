"""A case: a scikit-learn model fitted on real data, its ONNX file, rows to score, and what is answered for them."""

import contextlib
import dataclasses
import json
import struct
import warnings

import numpy as np
import onnx
import onnxruntime
import pandas
import scipy.sparse
from skl2onnx import to_onnx
from skl2onnx.common.data_types import (DictionaryType, DoubleTensorType, FloatTensorType, Int64TensorType,
                                           StringTensorType)
from sklearn.base import is_classifier
from sklearn.preprocessing import LabelBinarizer, LabelEncoder
from sklearn.svm import OneClassSVM

import data_sets

METHODS = ["predict", "predict_proba", "decision_function"]
TYPES = {"float": np.float32, "double": np.float64, "int64": np.int64}
TENSOR_TYPES = {"float": FloatTensorType, "double": DoubleTensorType, "int64": Int64TensorType}


@dataclasses.dataclass
class Case:
    name: str
    model: object
    data: str  # see data_sets.py
    dtype: str = "float"  # of the graph's input: float, double or int64
    text_labels: bool = False
    options: dict = dataclasses.field(default_factory=dict)
    missing: bool = False  # rows with missing values
    maps: bool = False  # each row of the table a dict, as DictVectorizer takes it
    columns: bool = False  # one named input a feature; always so where the data is a table
    # Pelton's methods, by name or with what scikit-learn calls each.
    methods: object = ("predict", "predict_proba", "decision_function")
    # Relative error allowed. A double graph whose operator keeps its parameters as float can be no
    # better than float.
    tolerance: float = 0.0
    # Rows far away saturate the probabilities that ONNX Runtime takes the label of; scikit-learn and
    # Pelton go by the margins.
    runtime_saturates: bool = False
    # Asked about rows that the model has not seen, and not about any that is far away: for models that measure
    # distances, where a row of the training data, rounded, is no longer at distance 0 of itself.
    held_out: bool = False
    missing_text: object = False  # what stands for a missing text (None) in training, and what the file spells so
    change_training: object = None  # functions of a table that change it in place
    change_rows: object = None
    opset: object = None  # target_opset of the conversion, where the newest will not do
    seed: int = 7  # of the rows asked

    def allowed(self):
        return self.tolerance or {"float": 1e-5, "double": 1e-9, "int64": 1e-5}[self.dtype]

    def asked(self):
        """Pelton's methods, each with scikit-learn's name of what it gives."""
        return self.methods if isinstance(self.methods, dict) else {method: method for method in self.methods}


def both(name, make, data, **more):
    return [Case(f"{name}_{dtype}", make(), data, dtype, **more) for dtype in ("float", "double")]


def rows_of(case, x):
    """Real rows, and rows far away from them."""
    rng = np.random.RandomState(case.seed)
    real = x[rng.permutation(len(x))[:12]]
    spread = np.abs(x).max(axis=0)
    far = [np.zeros(x.shape[1]), 10 * spread, -10 * spread, np.where(np.arange(x.shape[1]) % 2, spread, -spread),
           1000 * spread * rng.uniform(-1, 1, x.shape[1]), np.full(x.shape[1], 1e-30)]
    if isinstance(case.model, (OneClassSVM,)) or "normalizer" in case.name:
        far = far[1:-1]  # a row of zeros: see wrong_conversions.py
    if "normalizer_max" in case.name:
        far = [np.abs(row) for row in far]
    return np.vstack([real] + far)


def split(case, x, y):
    """What is fitted and what is asked."""
    if not case.held_out and isinstance(x, pandas.DataFrame):
        return x, y, x.iloc[np.random.RandomState(case.seed).permutation(len(x))[:16]].reset_index(drop=True)
    if not case.held_out:
        return x, y, rows_of(case, x)
    order = np.random.RandomState(case.seed).permutation(len(x))
    asked, fitted = order[:min(24, len(x) // 4)], order[min(24, len(x) // 4):]
    if isinstance(x, pandas.DataFrame):
        return x.iloc[fitted], y[fitted], x.iloc[asked]
    return x[fitted], y[fitted], x[asked]


def as_maps(table):
    """The rows as dicts: a number by its column, a word as `column=word` with the number 1, nothing that is missing."""
    def entry(name, value):
        return (f"{name}={value}", 1.0) if isinstance(value, str) else (name, float(value))

    return [dict(entry(name, value) for name, value in row.items() if value is not None and value == value)
            for row in table.to_dict("records")]


def fit(case):
    x, y, names = data_sets.load(case.data)
    if case.text_labels:
        y = np.array([f"class {v}" for v in y])
    train, y, rows = split(case, x, y)
    if case.missing:
        train, rows = train.copy(), rows.copy()
        train[::7, 0] = np.nan
        train[3::11, -1] = np.nan
        rows[::3, 0] = np.nan
        rows[1::4, -1] = np.nan
    for table, change in ((train, case.change_training), (rows, case.change_rows)):
        if change is not None:
            change(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if of_labels(case.model):
            rows = np.unique(y)[:, None]
            case.model.fit(y)
        elif case.maps:
            rows = as_maps(rows)
            case.model.fit(as_maps(train), y)
        else:
            case.model.fit(spelt(case, train), y)
    return case.model, rows, names


def spelt(case, rows):
    """A table with missing texts as the model was fitted with them."""
    if case.missing_text is False:
        return rows
    missing = {name: rows[name].map(lambda value: case.missing_text if value is None else value) for name in rows
               if is_text(rows[name])}
    return rows.assign(**{name: pandas.Series(list(column), index=rows.index, dtype=object)
                          for name, column in missing.items()})


def of_labels(model):
    """Whether what it transforms is a target, not features."""
    return isinstance(model, (LabelBinarizer, LabelEncoder))


@contextlib.contextmanager
def numbers_for_flags():
    """skl2onnx 1.20 passes HistGradientBoosting's missing_go_to_left on as booleans, which protobuf 5 refuses."""
    make_attribute = onnx.helper.make_attribute

    def made(key, value, *rest, **more):
        if isinstance(value, list) and any(isinstance(v, (bool, np.bool_)) for v in value):
            value = [int(v) for v in value]
        return make_attribute(key, value, *rest, **more)

    onnx.helper.make_attribute = made
    try:
        yield
    finally:
        onnx.helper.make_attribute = make_attribute


def convert(case, model, rows, names, **more_options):
    with numbers_for_flags():
        return converted(case, model, rows, names, **more_options)


def is_text(values):
    return np.asarray(values).dtype.kind in "OUST"


def column_type(column, number):
    if is_text(column):
        return StringTensorType
    return Int64TensorType if column.dtype.kind == "i" else number


def converted(case, model, rows, names, **more_options):
    given = {id(model): {**case.options, **more_options}} if case.options or more_options else None
    number = TENSOR_TYPES[case.dtype]
    if case.maps:
        types = [("X", DictionaryType(StringTensorType([1]), number([1])))]
    elif isinstance(rows, pandas.DataFrame):
        types = [(name, column_type(rows[name], number)([None, 1])) for name in rows]
    elif case.columns:
        types = [(name.replace(" ", "_"), number([None, 1])) for name in names]
    else:
        types = [("X", (StringTensorType if is_text(rows) else number)([None, rows.shape[1]]))]
    proto = to_onnx(model, initial_types=types, options=given, target_opset=case.opset)
    if case.data == "wine" and not of_labels(model):
        onnx.helper.set_model_props(proto, {"feature_names": str(names).replace("'", '"')})
    return proto


def as_taken(case, rows):
    """The rows as the graph's type has them, back in scikit-learn's."""
    if case.maps:
        return [{name: float(TYPES[case.dtype](value)) for name, value in row.items()} for row in rows]
    if isinstance(rows, pandas.DataFrame):
        rows = spelt(case, rows)
        return rows.assign(**{name: as_taken(case, rows[name].to_numpy()) for name in rows})
    if is_text(rows) or rows.dtype.kind == "i" or case.dtype == "double":
        return rows
    return rows.astype(TYPES[case.dtype]).astype(np.float64 if case.dtype == "float" else np.int64)


def answers(case, model, rows):
    """What scikit-learn answers, by Pelton's method: float64 throughout, on the rows as the graph's type has them."""
    rows = as_taken(case, rows)
    result = {}
    for method, name in case.asked().items():
        if not hasattr(model, name):
            continue
        values = getattr(model, name)(rows.ravel() if of_labels(model) else rows)
        if scipy.sparse.issparse(values):
            values = values.toarray()
        if isinstance(values, list):  # one a target
            values = np.hstack(values)
        values = np.asarray(values)
        if method == "predict" and labelled(case, model):
            values = np.searchsorted(model.classes_, values)
        result[method] = values.astype(np.float64).reshape(len(rows), -1)
    return result


def labelled(case, model):
    """Whether predict answers with one of classes_: not a list of them a target, nor what a selector transforms."""
    return case.asked()["predict"] == "predict" and is_classifier(model) and isinstance(model.classes_, np.ndarray)


def feeds(case, proto, rows):
    """The rows as ONNX Runtime takes them."""
    names = [value.name for value in proto.graph.input]
    if isinstance(rows, pandas.DataFrame):
        rows = spelt(case, rows)
        return {name: typed(case, rows[[name]].to_numpy()) for name in names}
    if len(names) == 1:
        return {names[0]: typed(case, rows)}
    return {name: typed(case, rows[:, [i]]) for i, name in enumerate(names)}


def typed(case, values):
    if is_text(values):
        return values.astype(str).astype(object)
    return values if values.dtype.kind == "i" else values.astype(TYPES[case.dtype])


def row_lines(rows):
    """The rows as `pelton predict` takes them: a line of JSON each, missing values null."""
    def plain(value):
        if value is None or isinstance(value, (str, int)):
            return value
        return None if np.isnan(value) else float(value)

    if isinstance(rows, list):
        records = rows
    elif isinstance(rows, pandas.DataFrame) and rows.shape[1] > 1:  # of one input Pelton takes the columns by position
        records = [{name: plain(v) for name, v in row.items()} for row in rows.to_dict("records")]
    else:
        records = [[plain(v) for v in row] for row in np.asarray(rows).tolist()]
    return "".join(json.dumps(record) + "\n" for record in records)


def runtime_outputs(case, model, proto, rows):
    """The outputs that ONNX Runtime gives, a map of scores as a list of dicts; raises where it cannot run the file."""
    if case.dtype == "double" and any(node.op_type == "ZipMap" for node in proto.graph.node):
        proto = convert(case, model, rows, [], zipmap=False)  # its ZipMap takes no double
    proto = onnx.ModelProto.FromString(proto.SerializeToString())
    for node in proto.graph.node:
        if node.op_type == "StringNormalizer":  # its default is a locale that not every machine has; letters are ASCII here
            kept = [attribute for attribute in node.attribute if attribute.name != "locale"]
            del node.attribute[:]
            node.attribute.extend([*kept, onnx.helper.make_attribute("locale", "C")])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    if case.maps:  # one a call
        return [np.concatenate(parts) for parts in zip(*(session.run(None, {"X": row}) for row in rows))]
    return session.run(None, feeds(case, proto, rows))


def scores_of(model, given):
    """The scores beside a label, [rows, width], whichever way the outputs have them."""
    values = given[1]
    if isinstance(values, list) and isinstance(values[0], dict):
        values = [[row[label] for label in model.classes_] for row in values]
    elif isinstance(values, list):  # one a target
        values = np.hstack(values)
    elif isinstance(getattr(model, "classes_", None), np.ndarray) and len(given) == len(model.classes_) + 1:
        values = np.stack([np.ravel(column) for column in given[1:]], axis=1)
    return np.asarray(values, np.float64)


def runtime_answers(case, model, proto, rows):
    """What ONNX Runtime answers: predict, and predict_proba where the case has it."""
    undoubled = ("SVMRegressor", "Imputer", "DictVectorizer")
    if case.dtype == "double" and any(node.op_type in undoubled for node in proto.graph.node):
        return {}  # not implemented for double
    given = runtime_outputs(case, model, proto, rows)
    result = {}
    if not case.runtime_saturates:
        values = np.asarray(given[0])
        if labelled(case, model):
            values = np.searchsorted(model.classes_, values)
        result["predict"] = values.astype(np.float64).reshape(len(rows), -1)
    if "predict_proba" in case.asked() and hasattr(model, "predict_proba") and len(given) > 1:
        result["predict_proba"] = scores_of(model, given)
    return result


def text_columns(rows):
    """The columns of `rows` that hold text: those of an array of objects whose values are str, or None where missing."""
    if rows.dtype != object:
        return []
    return [c for c in range(rows.shape[1]) if any(isinstance(value, str) for value in rows[:, c])]


def packed(rows, classes, tolerance, sources):
    """The rows and answers as the C++ test reads them: little-endian, numbers as doubles.

    Columns of text follow at the end, where there are any: how many, then each one's number and its texts. In the
    table of numbers they are 0, or NaN where the text is missing (None).
    """
    def words(texts):
        encoded = [text.encode() for text in texts]
        return b"".join([struct.pack("<I", len(encoded)), *(struct.pack("<I", len(text)) + text for text in encoded)])

    table, text = rows.copy(), text_columns(rows)
    for c in text:
        table[:, c] = [np.nan if value is None else 0.0 for value in rows[:, c]]
    out = [b"PELTONOR", struct.pack("<Id", 1, tolerance), struct.pack("<II", *rows.shape), words(classes)]
    out.append(table.astype("<f8").tobytes())
    out.append(struct.pack("<I", sum(len(source) for source in sources)))
    for number, source in enumerate(sources):
        for method, values in source.items():
            out.append(struct.pack("<III", number, METHODS.index(method), values.shape[1]))
            out.append(values.astype("<f8").tobytes())
    if text:
        out.append(struct.pack("<I", len(text)))
        out += [struct.pack("<I", c) + words(value or "" for value in rows[:, c]) for c in text]
    return b"".join(out)


def expected_bytes(case, model, proto, rows):
    sources = [answers(case, model, rows), runtime_answers(case, model, proto, rows)]
    classes = [str(c) for c in model.classes_] if labelled(case, model) else []
    rows = rows.to_numpy(object) if isinstance(rows, pandas.DataFrame) else rows
    return packed(rows, classes, case.allowed(), sources)
