"""What scikit-learn answers, the rows it is asked, and what is kept of both."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from exporter.rows import Column, Rows
from exporter.script import CHECKED_ROWS, GOLDEN_ROWS, METHODS, ExportError, final_of, json_value


class Answers:
    """A model's outputs by the names that Pelton has for them, one row of values (or one label) a row."""

    def __init__(self, model: Any, example: Any):
        self.model = model
        final = final_of(model)
        self.classes = np.asarray(final.classes_) if hasattr(final, "classes_") else None
        self.methods: dict[str, Callable[[Any], Any]] = {
            method: getattr(model, method) for method in METHODS if hasattr(model, method)
        }
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


def refuse_missing_text(rows: Rows) -> None:
    for column in rows.columns:
        if column.is_text and column.missing().any():
            raise ExportError(
                f"feature {column.name!r}: text that is missing; ONNX has no such thing. Fill it before the model "
                f"is trained, as with X[{column.name!r}].fillna('unknown'), not inside of it"
            )


def gather(rows: Rows, asked: Answers) -> Asked:
    """Typical rows and those hard ones that scikit-learn takes; notes which features may be missing."""
    for column in rows.columns:
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
    return [
        {
            "x": rows.record(sample.data, i),
            **{method: asked.golden(method, sample.answers[method], i) for method in asked.methods},
        }
        for i in chosen
    ]


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
    return {
        "rows": len(rows),
        "features": [column_baseline(column) for column in rows.columns],
        **({"classes": [label_value(label) for label in asked.classes]} if asked.classes is not None else {}),
    }


def label_value(label: Any) -> int | str:
    return str(label) if isinstance(label, str) else int(label)


def column_baseline(column: Column) -> dict[str, Any]:
    missing = column.missing()
    told: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind,
        "count": int((~missing).sum()),
        "missing_share": float(missing.mean()),
    }
    present = column.values[~missing]
    if column.kind == "text":
        lengths = np.array([len(text) for text in present]) if len(present) else np.zeros(1)
        return {**told, "mean_length": float(lengths.mean()), "max_length": int(lengths.max())}
    if column.kind == "category":
        names, counts = np.unique(present.astype(str), return_counts=True)
        order = np.argsort(-counts, kind="stable")[:100]
        return {
            **told,
            "categories": {str(names[i]): int(counts[i]) for i in order},
            "other": int(len(present) - counts[order].sum()),
        }
    finite = present[np.isfinite(present)]
    if len(finite) == 0:
        return told
    edges = np.unique(np.quantile(finite, np.linspace(0.1, 0.9, 9)))
    counts = np.bincount(np.searchsorted(edges, finite, side="left"), minlength=len(edges) + 1)
    return {
        **told,
        "min": float(finite.min()),
        "max": float(finite.max()),
        "mean": float(finite.mean()),
        "std": float(finite.std()),
        "edges": edges.tolist(),
        "counts": counts.tolist(),
    }
