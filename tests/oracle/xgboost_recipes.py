"""Models that XGBoost fits: every objective, booster and kind of tree, on scikit-learn's data sets."""

import dataclasses
import json
import pathlib
import tempfile
import warnings

import numpy as np
import pandas
import xgboost

import tree_recipes
from tree_recipes import Fitted, Part

warnings.filterwarnings("ignore", module="xgboost")

PROBABILITIES = ("binary:logistic", "multi:softprob", "multi:softmax")


@dataclasses.dataclass
class Case:
    name: str
    data: str = "diabetes"
    objective: str = "reg:squarederror"
    params: dict = dataclasses.field(default_factory=dict)
    rounds: int = 5
    ending: str = "ubj"
    target: object = None  # y -> y
    gaps: bool = False  # values missing from the training rows
    names: list = None
    parts: tuple = ()  # (first, last) ranges of rounds asked beside the whole
    weights: bool = False
    early: bool = False
    groups: bool = False  # ranking
    intervals: bool = False  # survival:aft
    frame: bool = False  # fitted from a table whose categories have names
    doubles: bool = False  # rows between two float32 values


def objectives():
    def above(y):
        return (y > 140).astype(float)

    def share(y):
        return y / 400

    cases = [Case("squarederror", ending="json"), Case("squaredlogerror", objective="reg:squaredlogerror", target=share),
             Case("logistic", objective="reg:logistic", target=share),
             Case("pseudohuber", objective="reg:pseudohubererror", params={"huber_slope": 2.0}),
             Case("absoluteerror", objective="reg:absoluteerror"),
             Case("quantile", objective="reg:quantileerror", params={"quantile_alpha": 0.3}),
             Case("quantiles", objective="reg:quantileerror", params={"quantile_alpha": [0.1, 0.5, 0.9]}, rounds=4,
                  parts=((1, 3),)),
             Case("binary_logistic", "cancer", "binary:logistic", parts=((0, 2), (3, 5))),
             Case("binary_logitraw", "cancer", "binary:logitraw"), Case("binary_hinge", "cancer", "binary:hinge"),
             Case("poisson", objective="count:poisson"), Case("gamma", objective="reg:gamma"),
             Case("tweedie", objective="reg:tweedie", params={"tweedie_variance_power": 1.3}),
             Case("cox", objective="survival:cox", target=lambda y: np.where(y > 250, -y, y)),
             Case("aft", objective="survival:aft", params={"aft_loss_distribution": "logistic"}, intervals=True),
             Case("softprob", "iris", "multi:softprob", parts=((1, 4),)), Case("softmax", "wine", "multi:softmax"),
             Case("digits_softprob", "digits", "multi:softprob", {"max_depth": 3}, rounds=2)]
    for kind in ("ndcg", "map", "pairwise"):
        cases.append(Case(f"rank_{kind}", objective=f"rank:{kind}", target=above, groups=True, rounds=4))
    return cases


def boosters():
    dart = {"booster": "dart", "rate_drop": 0.4, "seed": 4}
    linear = {"booster": "gblinear", "updater": "coord_descent"}
    forest = {"num_parallel_tree": 5, "subsample": 0.6, "colsample_bynode": 0.7, "seed": 5}
    cases = [Case("dart", params=dart, rounds=8, ending="json", parts=((0, 3), (2, 6))),
             Case("dart_forest_binary", "cancer", "binary:logistic",
                  {**dart, "normalize_type": "forest", "sample_type": "weighted", "one_drop": 1}, rounds=8),
             Case("dart_softprob", "iris", "multi:softprob", {**dart, "max_depth": 3}),
             Case("linear", params=linear, rounds=20, ending="json"),
             Case("linear_shotgun_binary", "cancer", "binary:logistic", {"booster": "gblinear", "nthread": 1}, rounds=10),
             Case("linear_softprob", "wine", "multi:softprob", linear, rounds=5),
             Case("forest", params={**forest, "eta": 1.0}, rounds=1), Case("boosted_forest", params=forest, rounds=3,
                                                                           parts=((1, 2),)),
             Case("forest_softprob", "iris", "multi:softprob", {**forest, "max_depth": 3}, rounds=2, parts=((1, 2),))]
    both = [("two_targets", "diabetes", lambda y: np.c_[y, np.sqrt(y)]), ("three_targets", "linnerud", None)]
    for name, data, target in both:
        for strategy in ("one_output_per_tree", "multi_output_tree"):
            cases.append(Case(f"{name}_{strategy.split('_')[0]}", data, params={"multi_strategy": strategy, "max_depth": 4},
                              target=target, parts=((1, 3),), rounds=4))
    cases.append(Case("many_labels", "iris", "binary:logistic", target=lambda y: np.eye(3)[y], rounds=3))
    cases.append(Case("vector_softprob", "iris", "multi:softprob", {"multi_strategy": "multi_output_tree"}, rounds=4))
    return cases


def trees():
    one_hot = {"max_cat_to_onehot": 100}
    partition = {"max_cat_to_onehot": 1}
    return [Case("missing", gaps=True, ending="json"), Case("missing_binary", "cancer", "binary:logistic", gaps=True),
            Case("monotone", params={"monotone_constraints": "(1,0,1,-1,0,0,0,0,0,0)"}),
            Case("interactions", params={"interaction_constraints": "[[0,1,2],[3,4,5,6,7,8,9]]"}),
            Case("max_leaves", params={"grow_policy": "lossguide", "max_leaves": 13, "max_depth": 0}),
            Case("deep", params={"tree_method": "exact", "max_depth": 20, "eta": 0.9}, rounds=2),
            Case("approximate", params={"tree_method": "approx", "max_depth": 5}, rounds=4),
            Case("stumps", params={"max_depth": 1}, rounds=30, ending="json"),
            Case("tiny", "linnerud", target=lambda y: y[:, 0], params={"max_depth": 1}, rounds=1),
            Case("one_leaf", params={"min_child_weight": 1e6}, rounds=3, ending="json"),
            Case("mixed_leaves", "cancer", "binary:logistic", {"gamma": 12.0}, rounds=12),
            Case("one_hot", "categories", params=one_hot, ending="json"),
            Case("partition", "categories", params=partition, ending="json"),
            Case("partition_gaps", "categories", "reg:squarederror", {**partition, "max_depth": 6}, rounds=4, gaps=True),
            Case("categories_by_name", "categories", params=partition, frame=True, ending="json"),
            Case("categories_dart", "categories", params={**partition, "booster": "dart", "rate_drop": 0.3}),
            Case("feature_names", "iris", "multi:softprob", names=["sepal length", "sépale", "pétale 1", "x,y"],
                 rounds=3, ending="json"),
            Case("early_stopping", "cancer", "binary:logistic", {"eta": 0.9}, early=True, rounds=40),
            Case("early_dart", "diabetes", params={"booster": "dart", "rate_drop": 0.3, "eta": 0.9}, early=True, rounds=30),
            Case("weights", "cancer", "binary:logistic", {"scale_pos_weight": 3.0}, weights=True),
            Case("base_score", "cancer", "binary:logistic", {"base_score": 0.2}, doubles=True),
            Case("poisson_base", objective="count:poisson", params={"base_score": 3.7}, doubles=True),
            Case("wide_values", target=lambda y: y * 1e9, doubles=True)]


def all_cases():
    return objectives() + boosters() + trees()


def category_names(data, column):
    """In ASCII: XGBoost 3.2 counts a name's characters where its file has bytes, and mangles others."""
    return tree_recipes.category_names(data, column, "-")


def train(case, data):
    x = tree_recipes.with_gaps(data.x) if case.gaps else data.x
    y = data.y if case.target is None else case.target(data.y)
    categorical = data.categorical
    kinds = ["c" if column in categorical else "float" for column in range(x.shape[1])] if categorical else None
    more = {"feature_names": case.names, "feature_types": kinds, "enable_categorical": bool(categorical)}
    table = x
    if case.frame:
        table = pandas.DataFrame({f"c{i}": x[:, i] for i in range(x.shape[1])})
        for column in categorical:
            table[f"c{column}"] = pandas.Categorical.from_codes(tree_recipes.positions(data, column, x[:, column]),
                                                                category_names(data, column))
        more = {"enable_categorical": True}
    weights = np.linspace(0.2, 3, len(y)) if case.weights else None
    matrix = xgboost.DMatrix(table, y, weight=weights, **more)
    if case.groups:
        matrix.set_group([len(y) // 17] * 17)
    if case.intervals:
        matrix.set_float_info("label_lower_bound", data.y)
        matrix.set_float_info("label_upper_bound", np.where(data.y > 250, np.inf, data.y))
    params = {"objective": case.objective, "max_depth": 4, "nthread": 1, "seed": 0, **case.params}
    if case.objective.startswith("multi:"):
        params["num_class"] = len(set(y))
    if not case.early:
        return xgboost.train(params, matrix, case.rounds)
    half = np.arange(len(y)) % 2 == 0
    train_half, other_half = (xgboost.DMatrix(x[part], y[part]) for part in (half, ~half))
    return xgboost.train(params, train_half, case.rounds, early_stopping_rounds=3, evals=[(other_half, "rest")],
                         verbose_eval=False)


def thresholds(booster):
    """By column, what the model compares with: numeric splits only."""
    found = {}
    model = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]
    for tree in model.get("gbtree", model).get("model", {}).get("trees", []):
        for left, column, value, kind in zip(tree["left_children"], tree["split_indices"], tree["split_conditions"],
                                             tree["split_type"]):
            if left >= 0 and kind == 0:
                found.setdefault(column, []).append(np.float32(value))
    return found


def matrix_of(booster, rows):
    """Rows for the calls that do not take infinities: those become the largest float32, which splits alike."""
    finite = np.clip(rows.astype(np.float32), np.finfo(np.float32).min, np.finfo(np.float32).max)
    return xgboost.DMatrix(finite, feature_names=booster.feature_names, feature_types=booster.feature_types,
                           enable_categorical=True)


def answers(case, booster, rows, span):
    """What the library answers, by method, for the rounds in `span`."""
    kind = case.params.get("booster")
    matrix = matrix_of(booster, rows)
    if kind in ("gblinear", "dart"):  # what predict says; dart's inplace prediction rounds differently
        def score(margin):
            return booster.predict(matrix, output_margin=margin, iteration_range=span, strict_shape=True)
    else:
        def score(margin):
            return booster.inplace_predict(rows, predict_type="margin" if margin else "value", iteration_range=span,
                                           strict_shape=True, validate_features=False)

    def flat(values):
        return np.asarray(values, np.float32).reshape(len(rows), -1)

    value = flat(score(False))
    margin = flat(score(True))
    result = {"decision_function": (margin, 0), "predict": (value, 1)}
    if case.objective == "binary:logistic" and value.shape[1] == 1:
        result["predict_proba"] = (np.c_[np.float32(1) - value, value], 1)
    elif case.objective in ("binary:logistic", "multi:softprob"):  # several labels: one probability each
        result["predict_proba"] = (value, 1)
    elif case.objective == "multi:softmax":
        booster.set_param({"objective": "multi:softprob"})
        result["predict_proba"] = (flat(score(False)), 1)
        booster.set_param({"objective": "multi:softmax"})
    if kind != "gblinear":
        same = flat(booster.predict(matrix, output_margin=True, iteration_range=span, strict_shape=True))
        np.testing.assert_array_equal(same, margin)
        # The library tells leaves from the first round only; a slice of the model has those of any.
        leaf = booster[span[0]:span[1]].predict(matrix, pred_leaf=True)
        result["leaf"] = (leaf.reshape(len(rows), -1).astype(np.float64), 0)
    return result


def fit(case, seed=tree_recipes.SEED):
    data = tree_recipes.load(case.data, seed)
    booster = train(case, data)
    linear = case.params.get("booster") == "gblinear"
    rows = tree_recipes.hard_rows(data, thresholds(booster), seed, np.float32, infinities=not linear,
                                  odd_categories=not case.frame)
    with np.errstate(over="ignore"):
        if case.doubles:  # a little off every float32
            rows = np.where(np.isfinite(rows), rows * (1 + 3e-9), rows)
            rows = np.where(np.abs(rows) > np.finfo(np.float32).max, np.inf * np.sign(rows), rows)
        else:
            rows = rows.astype(np.float32).astype(np.float64)
    names = {}
    if case.frame:
        for column in data.categorical:
            rows[:, column] = tree_recipes.positions(data, column, rows[:, column])
            names[column] = category_names(data, column)
    rounds = booster.num_boosted_rounds()
    parts = [Part.whole(answers(case, booster, rows, (0, rounds)))]
    parts += [Part(first, last, False, answers(case, booster, rows, (first, last))) for first, last in case.parts]
    if case.early:
        parts.append(Part(0, None, True, answers(case, booster, rows, (0, booster.best_iteration + 1))))
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / f"model.{case.ending}"
        booster.save_model(file)
        written = file.read_bytes()
    return Fitted(f"xgboost_{case.name}", case.ending, written, rows, parts,
                  feature_names=case.names or (booster.feature_names if case.frame else None) or [], names=names)
