"""Models whose descriptions are hard to get right: types of every kind, and names that hold anything."""

from __future__ import annotations

import csv
import pathlib
import subprocess

HOSTILE_NAMES = [
    "it's",
    'say "hello"',
    "back\\slash",
    "line\nend\r\n\ttab",
    "`tick` ${HOME} $(id) #{x} %s {0}",
    "__proto__",
    "{{baseUrl}}",
    "größe 尺寸 😀",
    "\u202eleft\u2028\ufeff\u00a0\x7f",
    "</script><!-- */ //",
    "null",
    "\\u0041 \\n @file",
]


def fit_hostile(pelton: str, folder: pathlib.Path) -> pathlib.Path:
    """A linear regression on columns of those names; gives its file."""
    data = folder / "hostile.csv"
    with data.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow([*HOSTILE_NAMES, "y"])
        for r in range(40):
            values = [(r * (f + 3) ** 2) % 17 / 4 for f in range(len(HOSTILE_NAMES))]
            rows.writerow([*values, sum((f + 1) * value for f, value in enumerate(values))])
    model = folder / "hostile.onnx"
    subprocess.run([pelton, "fit", str(data), "--target", "y", "--kind", "linear", "-o", str(model)], check=True,
                   stdout=subprocess.DEVNULL)
    return model


def arguments(pelton: str, source: pathlib.Path, folder: pathlib.Path) -> list[str]:
    """What `pelton serve` is told to serve them."""
    tests = source / "tests"
    return [
        f"hostile={fit_hostile(pelton, folder)}",
        f"loans={tests}/e2e/fixtures/loans.onnx",
        f"words={tests}/e2e/fixtures/words.onnx",
        f"sentiment={tests}/e2e/fixtures/sentiment.onnx",
        f"barley={tests}/oracle/fixtures/barley_onehot_float.onnx",
        f"bayes={tests}/oracle/fixtures/gaussian_nb_text_double.onnx",
        f"trees={tests}/oracle/tree_fixtures/catboost_one_hot.json",
        f"gaps={tests}/oracle/tree_fixtures/catboost_depthwise_gaps.json",
    ]
