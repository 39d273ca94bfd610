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

import math
import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

OPSETS = {"": 18, "ai.onnx.ml": 3}  # the newest that skl2onnx knows; TreeEnsemble makes it 5


METHODS = ("predict", "predict_proba", "decision_function")


GOLDEN_ROWS = 20


CHECKED_ROWS = 2000  # of the sample; made-up rows come on top


EXACT, FLOAT = 1e-9, 1e-5  # tolerances: |got - expected| <= T * max(1, |expected|)


FLOAT_OPERATORS = {  # they keep what was learned as float, whatever the rows are
    "Imputer",
    "LinearClassifier",
    "LinearRegressor",
    "Normalizer",
    "SVMClassifier",
    "SVMRegressor",
    "Scaler",
    "TfIdfVectorizer",
    "TreeEnsembleClassifier",
    "TreeEnsembleRegressor",
}


class ExportError(Exception):
    """The model cannot be exported exactly; the message says which part of it and why."""


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
    return {
        columns
        for transformer, columns in column_selections(model)
        if isinstance(columns, str) and isinstance(first_step(transformer), (CountVectorizer, HashingVectorizer))
    }


def encoded_columns(model: Any) -> set[str]:
    """Columns that go straight into an encoder: integers stay integers for it."""
    return {
        str(column)
        for transformer, columns in column_selections(model)
        if isinstance(first_step(transformer), (OneHotEncoder, OrdinalEncoder)) and not isinstance(columns, slice)
        for column in np.ravel(np.asarray(columns, object))
        if isinstance(column, str)
    }
