"""How tree ensembles are held against the libraries that fitted them: data, hard rows, and the packed answers.

The cases themselves are in xgboost_recipes.py, lightgbm_recipes.py and catboost_recipes.py; tree_case.cpp reads what
`pack` writes. Rows are real ones of scikit-learn's data sets, and rows made to be hard: missing and infinite values,
denormals, -0.0, and values that stand exactly on a model's thresholds or one ulp beside them.
"""

import dataclasses
import struct

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_linnerud, load_wine

METHODS = ["predict", "predict_proba", "decision_function", "leaf"]
SEED = 7  # of the committed fixtures
REAL_ROWS = 8


@dataclasses.dataclass
class Data:
    x: np.ndarray
    y: np.ndarray
    categorical: tuple = ()  # columns that hold ids of categories


@dataclasses.dataclass
class Part:
    """Boosting rounds [first, last) of a model, or those up to its best one; the answers by method.

    An answer is (values [rows, width], ulps): how far from it another may be, in units of its own last place.
    """

    first: int
    last: int | None
    best: bool
    answers: dict

    @classmethod
    def whole(cls, answers):
        return cls(0, None, False, answers)


@dataclasses.dataclass
class Fitted:
    """A case: the model's file, rows, and what the library answers."""

    name: str
    ending: str
    file: bytes
    rows: np.ndarray  # float64
    parts: list
    classes: list = dataclasses.field(default_factory=list)  # labels, where the file holds them
    feature_names: list = dataclasses.field(default_factory=list)  # where the file holds them
    names: dict = dataclasses.field(default_factory=dict)  # by column, names of categories: rows hold positions in it


def bundled(name):
    if name == "iris":
        return Data(*load_iris(return_X_y=True))
    if name == "wine":
        return Data(*load_wine(return_X_y=True))
    if name == "cancer":
        x, y = load_breast_cancer(return_X_y=True)
        return Data(x[:, :10], y)
    if name == "diabetes":
        return Data(*load_diabetes(return_X_y=True, scaled=False))
    if name == "digits":
        x, y = load_digits(return_X_y=True)
        return Data(x[:600, 18:46:2], y[:600])
    if name == "linnerud":
        return Data(*load_linnerud(return_X_y=True))
    if name == "categories":
        return categories()
    raise KeyError(name)


def load(name, seed=SEED):
    """A data set by name: features as they are, few enough columns for a small model.

    Another seed than that of the committed fixtures draws its rows anew, with repeats: other trees are grown.
    """
    data = bundled(name)
    if seed == SEED:
        return data
    drawn = np.random.RandomState(seed).randint(len(data.x), size=len(data.x))
    return dataclasses.replace(data, x=data.x[drawn], y=data.y[drawn])


def categories():
    """Diabetes with ids in place of some columns: two, nine and some sixty categories."""
    x, y = load_diabetes(return_X_y=True, scaled=False)
    ids = np.c_[x[:, 1] - x[:, 1].min(), np.digitize(x[:, 2], np.quantile(x[:, 2], np.linspace(0.1, 0.9, 8))),
                (x[:, 0] - x[:, 0].min()), x[:, 3:7]]
    return Data(ids.astype(np.float64), y, (0, 1, 2))


def with_gaps(x, seed=3, share=0.15):
    gaps = np.random.RandomState(seed).uniform(size=x.shape) < share
    return np.where(gaps, np.nan, x)


def beside(value, step, dtype):
    """The value (step 0), or the next number below (-1) or above it (1), in the precision of the library."""
    with np.errstate(over="ignore"):
        return float(np.nextafter(dtype(value), dtype(step * np.inf)) if step else dtype(value))


def hard_rows(data, thresholds, seed, dtype, infinities=True, odd_categories=True):
    """Rows to ask; `thresholds` maps a column to the values that it is compared with in the model."""
    draw = np.random.RandomState(seed)
    x = data.x
    width = x.shape[1]
    real = x[draw.permutation(len(x))[:REAL_ROWS]]

    def some():
        return x[draw.randint(len(x))].astype(np.float64).copy()

    tiny = np.finfo(dtype).smallest_subnormal
    fills = [np.nan, 0.0, -0.0, tiny, -tiny, 1e-35, -1e-35, np.nextafter(1e-35, 1), float(np.finfo(dtype).tiny),
             float(np.finfo(np.float32).max), -float(np.finfo(np.float32).max), 0.5, -0.5, 1e10]
    if infinities:
        fills += [np.inf, -np.inf]
    rows = list(real)
    rows += [np.full(width, fill) for fill in fills[:6 if not infinities else len(fills)]]
    for fill in fills:  # the same in some columns of real rows
        row = some()
        row[draw.randint(width, size=max(1, width // 3))] = fill
        rows.append(row)
    usable = {column: values for column, values in thresholds.items() if len(values)}
    for step in (0, 1, -1, 0, 1, -1):  # every column on one of its thresholds, or beside it
        row = some()
        for column, values in usable.items():
            row[column] = beside(draw.choice(values), step, dtype)
        rows.append(row)
    for _ in range(6):
        row = some()
        for column, values in usable.items():
            row[column] = beside(draw.choice(values), draw.randint(-1, 2), dtype)
        rows.append(row)
    rows = np.array(rows, np.float64)
    for column in data.categorical:  # known ids for most rows; odd ones are tried too
        odd = np.array([-1, 0.5, 2.5, 1e3, 31, 32, 33, 63, 64, 16777216, 3e9, np.nan])
        known = x[draw.randint(len(x), size=len(rows)), column]
        keep = draw.uniform(size=len(rows)) if odd_categories else np.zeros(len(rows))
        rows[:, column] = np.where(keep < 0.6, known, np.where(keep < 0.9, draw.choice(odd, len(rows)), rows[:, column]))
    return rows


def compact(values):
    """Values in the smallest type that holds them exactly, and what pack calls it."""
    values = np.ascontiguousarray(values)
    if values.dtype == np.float32:
        return 4, values.astype("<f4").tobytes()
    with np.errstate(over="ignore", invalid="ignore"):
        if np.all((values >= 0) & (values < 65536) & (values == np.floor(values)) & ~np.signbit(values)):
            return 2, values.astype("<u2").tobytes()
        single = values.astype("<f4")
    if np.array_equal(single.astype("<f8"), values, equal_nan=True):
        return 4, single.tobytes()
    return 8, values.astype("<f8").tobytes()


def text(words):
    encoded = [str(word).encode() for word in words]
    return struct.pack("<I", len(encoded)) + b"".join(struct.pack("<I", len(word)) + word for word in encoded)


def category_names(data, column, dash="–"):
    """Made-up names for the ids of a column, in the order of the ids."""
    return [f"{int(number)} {dash} {column}" for number in sorted(set(data.x[:, column]))]


def positions(data, column, values):
    """Where ids stand among those of a column."""
    return np.searchsorted(sorted(set(data.x[:, column])), values)


def block(values):
    size, data = compact(values)
    return struct.pack("<III", *values.shape, size) + data


def pack(case):
    """Rows and answers as tree_case.cpp reads them, little-endian.

    A record of an answer says the size of the type that its ulps are of: the library's own.
    """
    out = [b"PELTONTR", struct.pack("<I", 1), text(case.classes), text(case.feature_names), block(case.rows),
           struct.pack("<I", len(case.names))]
    out += [struct.pack("<I", column) + text(words) for column, words in case.names.items()]
    out.append(struct.pack("<I", len(case.parts)))
    for part in case.parts:
        last = 0xFFFFFFFF if part.last is None else part.last
        out.append(struct.pack("<IIII", part.first, last, part.best, len(part.answers)))
        for method, (values, ulps) in part.answers.items():
            values = np.asarray(values)
            precision = 4 if values.dtype == np.float32 else 8
            out += [struct.pack("<III", METHODS.index(method), ulps, precision), block(values)]
    return b"".join(out)


def write(case, directory):
    """NAME.ENDING and NAME.answers; their size in bytes."""
    answers = pack(case)
    (directory / f"{case.name}.{case.ending}").write_bytes(case.file)
    (directory / f"{case.name}.answers").write_bytes(answers)
    return len(case.file) + len(answers)
