"""Models that CatBoost fits, as its JSON export: symmetric and other trees, on scikit-learn's data sets."""

import dataclasses
import json
import pathlib
import tempfile

import catboost
import numpy as np
import pandas

import tree_recipes
from tree_recipes import Fitted, Part

# CatBoost's predictions go through an exp of its own that is a few units in the last place off the C library's, more so the larger
# its argument.
EXP_ULPS = 16
LABELLED = ("Logloss", "CrossEntropy", "MultiClass", "MultiClassOneVsAll")


@dataclasses.dataclass
class Case:
    name: str
    data: str = "diabetes"
    loss: str = "RMSE"
    params: dict = dataclasses.field(default_factory=dict)
    rounds: int = 5
    target: object = None  # y -> y
    gaps: bool = False  # values missing from the training rows
    names: list = None
    labels: bool = False  # classes are texts
    scale: tuple = None  # set by hand: (scale, bias)
    parts: tuple = ()  # (first, last) ranges of rounds asked beside the whole
    integers: bool = False  # categories are whole numbers, not names


def all_cases():
    depthwise = {"grow_policy": "Depthwise", "depth": 3}
    lossguide = {"grow_policy": "Lossguide", "max_leaves": 9}
    return [Case("regression", parts=((0, 3), (2, 5))), Case("absolute", loss="MAE"),
            Case("quantile", loss="Quantile:alpha=0.3"), Case("poisson", loss="Poisson", target=lambda y: y / 50),
            Case("tweedie", loss="Tweedie:variance_power=1.5"),
            Case("multi_regression", "linnerud", "MultiRMSE", {"depth": 3}),
            Case("binary", "cancer", "Logloss", {"depth": 4}), Case("binary_labels", "cancer", "Logloss", labels=True),
            Case("cross_entropy", "diabetes", "CrossEntropy", target=lambda y: y / 400),
            Case("multiclass", "iris", "MultiClass", {"depth": 3}),
            Case("multiclass_labels", "wine", "MultiClass", {"depth": 2}, labels=True),
            Case("one_vs_all", "wine", "MultiClassOneVsAll", {"depth": 2}),
            Case("depthwise", params=depthwise, rounds=3),
            Case("depthwise_multiclass", "iris", "MultiClass", depthwise, rounds=2),
            Case("depthwise_gaps", params=depthwise, gaps=True, rounds=2),
            Case("lossguide", params=lossguide, rounds=3), Case("lossguide_binary", "cancer", "Logloss", lossguide, rounds=3),
            Case("gaps_low", params={"nan_mode": "Min"}, gaps=True),
            Case("gaps_high", "cancer", "Logloss", {"nan_mode": "Max"}, gaps=True),
            Case("stumps", params={"depth": 1}, rounds=15), Case("tiny", "linnerud", params={"depth": 1}, rounds=1,
                                                                 target=lambda y: y[:, 0]),
            Case("deep", params={"depth": 8}, rounds=2), Case("few_borders", params={"border_count": 3}),
            Case("feature_names", "iris", "MultiClass", names=["sepal length", "sépale", "pétale", "width"], rounds=3),
            Case("one_hot", "categories", params={"one_hot_max_size": 100}),
            Case("one_hot_integers", "categories", params={"one_hot_max_size": 100, "depth": 5}, integers=True),
            Case("one_hot_depthwise", "categories", params={**depthwise, "one_hot_max_size": 100}, rounds=3),
            Case("scaled", scale=(0.3, 17.25)), Case("ranking", loss="QueryRMSE")]


def names_of(case, data):
    """By column, the categories as the library is told them; the last one it has never met."""
    return {column: ([str(int(number)) for number in sorted(set(data.x[:, column]))] if case.integers
                     else tree_recipes.category_names(data, column)) + ["77"] for column in data.categorical}


def table(case, data, x):
    """Rows as the library takes them: categories, given as positions, by name."""
    if not data.categorical:
        return x
    frame = pandas.DataFrame({i: x[:, i] for i in range(x.shape[1])})
    for column, words in names_of(case, data).items():
        told = [words[position] for position in x[:, column].astype(int)]
        frame[column] = [int(word) for word in told] if case.integers else told
    return frame


def with_positions(data, rows):
    """Rows that hold where a category stands among all, instead of its id."""
    rows = rows.copy()
    for column in data.categorical:
        rows[:, column] = tree_recipes.positions(data, column, rows[:, column])
    return rows


def train(case, data):
    x = table(case, data, with_positions(data, tree_recipes.with_gaps(data.x) if case.gaps else data.x))
    y = data.y if case.target is None else case.target(data.y)
    if case.labels:
        y = np.array([f"class {value}" for value in y])
    groups = np.arange(len(y)) // 26 if case.loss == "QueryRMSE" else None
    params = {"loss_function": case.loss, "iterations": case.rounds, "depth": 3, "learning_rate": 0.3, "random_seed": 2,
              "thread_count": 1, "verbose": False, "allow_writing_files": False, **case.params}
    model = catboost.CatBoost(params).fit(catboost.Pool(x, y, feature_names=case.names, group_id=groups,
                                                  cat_features=list(data.categorical)))
    if case.scale is not None:
        model.set_scale_and_bias(*case.scale)
    return model


def thresholds(written):
    """By column, what the model compares with."""
    features = json.loads(written)["features_info"]["float_features"]
    return {feature["flat_feature_index"]: feature["borders"] for feature in features if feature["borders"]}


def answers(case, model, rows, first, last):
    span = {"ntree_start": first, "ntree_end": 0 if last is None else last, "thread_count": 1}

    def flat(kind):
        return np.asarray(model.predict(rows, prediction_type=kind, **span), np.float64).reshape(len(rows), -1)

    margin = flat("RawFormulaVal")
    leaf = model.calc_leaf_indexes(rows, ntree_start=first, ntree_end=0 if last is None else last, thread_count=1)
    result = {"decision_function": (margin, 0), "leaf": (np.asarray(leaf, np.float64), 0)}
    if case.loss in LABELLED:
        labels = [str(label) for label in model.classes_]
        chosen = np.ravel(model.predict(rows, prediction_type="Class", **span))
        result["predict"] = (np.array([[labels.index(str(label))] for label in chosen], np.float64), 0)
        result["predict_proba"] = (flat("Probability"), EXP_ULPS)
    elif case.loss.startswith(("Poisson", "Tweedie")):  # as CatBoostRegressor predicts
        result["predict"] = (flat("Exponent"), EXP_ULPS)
    else:
        result["predict"] = (margin, 0)
    return result


def fit(case, seed=tree_recipes.SEED):
    data = tree_recipes.load(case.data, seed)
    model = train(case, data)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "model.json"
        model.save_model(str(file), format="json")
        written = file.read_bytes()
    if case.name != "regression":  # two thirds of the file are indentation
        written = b"\n".join(line.strip() for line in written.splitlines())
    rows = tree_recipes.hard_rows(data, thresholds(written), seed, np.float32, odd_categories=False)
    rows = with_positions(data, rows.astype(np.float32).astype(np.float64))
    for column, words in names_of(case, data).items():
        rows[::7, column] = len(words) - 1
    asked = table(case, data, rows)
    # Answers are those of the model that was fitted: the JSON file says it exactly, but CatBoost itself reads some of its
    # numbers back a unit in the last place off, and numbers the leaves of lossguide and depthwise trees anew.
    parts = [Part.whole(answers(case, model, asked, 0, None))]
    parts += [Part(first, last, False, answers(case, model, asked, first, last)) for first, last in case.parts]
    classes = [str(label) for label in model.classes_] if case.loss in LABELLED else []
    return Fitted(f"catboost_{case.name}", "json", written, rows, parts, classes, case.names or [], names_of(case, data))
