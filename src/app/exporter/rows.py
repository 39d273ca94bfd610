"""The rows a model is asked, by feature."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from exporter.script import ExportError, json_value


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
        width = len(self.columns)
        cells = [data.iloc[i, c] for c in range(width)] if self.framed else [data[i]] if self.flat else data[i]
        values = [int(cell) if isinstance(cell, (bool, np.bool_)) else json_value(cell) for cell in cells]
        return {column.name: value for column, value in zip(self.columns, values)}

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
