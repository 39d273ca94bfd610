"""Comparing with scikit-learn before anything is written."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from exporter.answers import Answers, Asked, golden_rows, label_value
from exporter.assembly import elem_type
from exporter.rows import Rows
from exporter.script import EXACT, FLOAT, FLOAT_OPERATORS, ExportError


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

    def compare(
        self, model: onnx.ModelProto, rows: Rows, asked: Answers, sample: Asked, tolerance: float
    ) -> Mismatch | None:
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


def with_a_locale(model: onnx.ModelProto) -> bytes:
    """The file's bytes, with a locale that is there: onnxruntime fails where en_US is not installed, and turns
    letters into small ones alike in every UTF-8 locale."""
    own = onnx.ModelProto()
    own.CopyFrom(model)
    for node in own.graph.node:
        if node.op_type == "StringNormalizer":
            kept = [attribute for attribute in node.attribute if attribute.name != "locale"]
            del node.attribute[:]
            node.attribute.extend([*kept, helper.make_attribute("locale", "C.UTF-8")])
    return own.SerializeToString()


class RuntimeCheck:
    """Asks onnxruntime, where there is no Pelton."""

    def __str__(self) -> str:
        return "onnxruntime"

    def compare(
        self, model: onnx.ModelProto, rows: Rows, asked: Answers, sample: Asked, tolerance: float
    ) -> Mismatch | None:
        runtime = importlib.import_module("onnxruntime")
        try:
            session = runtime.InferenceSession(with_a_locale(model), providers=["CPUExecutionProvider"])
            names = [output.name for output in session.get_outputs()]
            given = session.run(names, rows.feeds(sample.data, session.get_inputs()))
        except Exception as error:  # its exceptions have no base of their own
            raise ExportError(f"onnxruntime does not run it: {error}") from error
        for method, got in zip(names, given):
            if mismatch := first_difference(asked, method, np.asarray(got), sample.answers[method], tolerance):
                return mismatch
        return None


def first_difference(
    asked: Answers, method: str, got: np.ndarray, expected: np.ndarray, tolerance: float
) -> Mismatch | None:
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


def settle_tolerance(
    check: Any, model: onnx.ModelProto, rows: Rows, asked: Answers, sample: Asked, tolerance: float | None
) -> float:
    """The tolerance at which all outputs agree; an ExportError where they do not."""
    narrow = any(node.op_type in FLOAT_OPERATORS for node in model.graph.node) or any(
        elem_type(value) == TensorProto.FLOAT for value in model.graph.input
    )
    tried = [tolerance] if tolerance is not None else [EXACT, FLOAT] if narrow else [EXACT]
    mismatch = None
    for allowed in tried:
        mismatch = check.compare(model, rows, asked, sample, allowed)
        if mismatch is None:
            return allowed
    assert mismatch is not None
    row = json.dumps(rows.record(sample.data, mismatch.row), ensure_ascii=False)
    made = ", made up" if mismatch.row >= sample.count - sample.hard else ""
    raise ExportError(
        f"{mismatch.method} differs from scikit-learn's in row {mismatch.row + 1}{made} ({row}): "
        f"{mismatch.detail} ({check}, tolerance {tried[-1]:g}); nothing was written"
    )
