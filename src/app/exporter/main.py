"""The export, from Python and from the command line."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import os
import pathlib
import re
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import skl2onnx
import sklearn
from onnx import helper
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

from exporter.answers import Answers, baseline, gather, golden_choice, golden_rows, refuse_missing_text
from exporter.assembly import assemble, input_types, refuse_what_is_wrong, register_boosting
from exporter.checking import choose_check, settle_tolerance
from exporter.rows import Rows
from exporter.script import ExportError, text_columns


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


def describe(made: onnx.ModelProto, rows: Rows, asked: Answers, golden: list[dict[str, Any]], tolerance: float) -> None:
    """The model's metadata; docs/exporter.md has the keys."""

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    helper.set_model_props(
        made,
        {
            **names_and_gaps(rows),
            "pelton.baseline": text(baseline(rows, asked)),
            "pelton.golden": text(golden),
            "pelton.golden.tolerance": repr(tolerance),
            "pelton.source": f"scikit-learn {sklearn.__version__}, skl2onnx {skl2onnx.__version__}",
        },
    )


def names_and_gaps(rows: Rows) -> dict[str, str]:
    names = [column.name for column in rows.columns]
    missing = [column.name for column in rows.columns if column.takes_missing]
    return {
        "feature_names": json.dumps(names, ensure_ascii=False),
        "missing_features": json.dumps(missing, ensure_ascii=False),
    }


def export(
    model: Any,
    X: Any,
    directory: str | os.PathLike[str],
    name: str = "model",
    *,
    version: int | None = None,
    check_with: str = "auto",
    pelton: str | None = None,
    tolerance: float | None = None,
) -> Export:
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
    refuse_missing_text(rows)
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
    parser = argparse.ArgumentParser(
        description="Write a fitted scikit-learn model as an ONNX file for Pelton.",
        epilog="A .joblib or .pkl file runs what is in it when it is loaded: load only your own.",
    )
    parser.add_argument("model", type=pathlib.Path, help="the fitted model: a .joblib or .pkl file")
    parser.add_argument("directory", type=pathlib.Path, help="the model repository: DIR/NAME/VERSION/model.onnx")
    parser.add_argument(
        "--rows",
        type=pathlib.Path,
        nargs="+",
        metavar="FILE",
        help="training rows: .csv, .parquet, .npy or .joblib (train.csv beside the model)",
    )
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
        done = export(
            model,
            rows,
            flags.directory,
            flags.name or flags.model.stem,
            version=flags.version,
            check_with=flags.check_with,
            pelton=flags.pelton,
            tolerance=flags.tolerance,
        )
    except (ExportError, OSError) as error:
        print(f"export: {error}", file=sys.stderr)
        return 1
    print(
        f"{done.file}: {', '.join(done.methods)}; {done.rows_checked} rows within {done.tolerance:g} of "
        f"scikit-learn's ({done.checked_with})"
    )
    if done.left_out:
        print(f"export: not in the file, for skl2onnx does not give it: {', '.join(done.left_out)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
