"""Makes the small LightGBM and CatBoost files in this folder, and beside each NAME.expected: rows, and
what the library answers for them, as hexadecimal floats.

    python make_files.py        (lightgbm 4.7.0, catboost 1.2.10, pandas, numpy)

The test reads every *.expected: the file, its rows, then blocks of answers
`method METHOD WIDTH ULPS FIRST LAST`, one line a row; LAST 0 means all rounds. NAME_golden.* are
rows for `pelton verify`.
"""

import json
import pathlib

import catboost
import lightgbm
import numpy
import pandas

HERE = pathlib.Path(__file__).parent
SPECIAL = [numpy.nan, numpy.inf, -numpy.inf, 0.0, -0.0, 5e-324, 1e-310, 1e300, -0.5, -1.0, 2.0**31, 1e18,
           float(numpy.float32(1e-35)), float(numpy.nextafter(float(numpy.float32(1e-35)), 1.0))]


def line(values):
    return " ".join("nan" if numpy.isnan(v) else float(v).hex() for v in values)


def write_expected(name, file, rows, answers):
    """answers: (method, values [n] or [n, width], ulps, first, last)."""
    text = [f"file {file}", f"rows {len(rows)} {rows.shape[1]}"] + [line(row) for row in rows]
    for method, values, ulps, first, last in answers:
        values = numpy.asarray(values, dtype=numpy.float64).reshape(len(rows), -1)
        text.append(f"method {method} {values.shape[1]} {ulps} {first} {last}")
        text += [line(row) for row in values]
    (HERE / f"{name}.expected").write_text("\n".join(text) + "\n")


def special_rows(rng, samples, thresholds, count=24):
    """Samples with some values replaced by special ones, by thresholds, and by their neighbours."""
    rows = samples[rng.integers(0, len(samples), count)].copy()
    for column in range(rows.shape[1]):
        for row in range(count):
            dice = rng.random()
            if dice < 0.3:
                rows[row, column] = rng.choice(SPECIAL)
            elif dice < 0.6 and len(thresholds.get(column, [])):
                value = rng.choice(thresholds[column])
                rows[row, column] = rng.choice([value, numpy.nextafter(value, 9e9), numpy.nextafter(value, -9e9)])
    return rows


def lightgbm_file(name, target, rounds=4, frame=None, categorical="auto", group=None, **parameters):
    rng = numpy.random.default_rng(7)
    samples = rng.normal(size=(300, 4)).round(3)
    samples[:, 0] = rng.integers(0, 40, 300)
    samples[rng.random(samples.shape) < 0.1] = numpy.nan
    samples[rng.random(samples.shape) < 0.1] = 0
    signal = numpy.nan_to_num(samples)
    signal = signal[:, 1] * 2 + signal[:, 2] * signal[:, 3] + (signal[:, 0] % 3 == 1) * 1.5
    settings = {"num_leaves": 6, "min_data_in_leaf": 5, "min_data_per_group": 3, "cat_smooth": 1, "verbose": -1,
                "num_threads": 1, **parameters}
    data = frame(rng, samples) if frame else samples
    fitted = lightgbm.train(settings, lightgbm.Dataset(data, target(signal), group=group,
                                                       categorical_feature=categorical), rounds)
    file = f"lightgbm_{name}.txt"
    fitted.save_model(HERE / file)
    booster = lightgbm.Booster(model_file=HERE / file)
    thresholds = {}
    if not parameters.get("linear_tree"):
        splits = fitted.trees_to_dataframe()
        splits = splits[splits.decision_type == "<="]
        for column, feature in enumerate(fitted.feature_name()):
            thresholds[column] = splits[splits.split_feature == feature].threshold.astype(float).to_numpy()
    rows = special_rows(rng, samples, thresholds)
    answers = []
    for first, last in [(0, 0), (1, 3)]:
        span = {"start_iteration": first, "num_iteration": last - first} if last else {}
        answers += [("predict", booster.predict(rows, **span), 2, first, last),
                    ("decision_function", booster.predict(rows, raw_score=True, **span), 0, first, last),
                    ("leaf", booster.predict(rows, pred_leaf=True, **span), 0, first, last)]
    write_expected(f"lightgbm_{name}", file, rows, answers)


def pandas_frame(rng, samples):
    return pandas.DataFrame({
        "city": pandas.Categorical(rng.choice(["Köln", "Ulm", "Bonn"], len(samples))),
        "size": samples[:, 1],
        "tier": pandas.Categorical(rng.choice([10, 20, 30], len(samples))),
        "member": pandas.Categorical(rng.choice([True, False], len(samples))),
    })


def catboost_golden(name, model):
    """Rows as callers write them, categories that are whole numbers among them, as golden rows."""
    rng = numpy.random.default_rng(13)
    numbers = rng.normal(size=(40, 3)).round(3)
    colours = rng.permutation(["red", "green", 7, "7", 8, -1, "a rather long name of some colour that nobody knows", "2.5"] * 5)
    whole = rng.permutation([-2, -1, 0, 1, 2, "1", "2.0", 10**15] * 5)
    as_given = lambda value: int(value) if str(value).lstrip("-").isdigit() and rng.random() < 0.8 else str(value)
    rows = [[*map(float, row), as_given(colour), as_given(number)] for row, colour, number in zip(numbers, colours, whole)]
    margins = model.predict(rows, prediction_type="RawFormulaVal")
    lines = [json.dumps({"x": row, "decision_function": margin}) for row, margin in zip(rows, margins)]
    (HERE / f"catboost_{name}_golden.ndjson").write_text("\n".join(lines) + "\n")
    # What is no whole number needs quotes.
    cell = lambda value: f'"{value}"' if value in ("2.5", "2.0") else str(value)
    lines = ["a,b,c,colour,number,decision_function"]
    lines += [",".join([*map(cell, row), repr(float(margin))]) for row, margin in zip(rows, margins)]
    (HERE / f"catboost_{name}_golden.csv").write_text("\n".join(lines) + "\n")


def catboost_file(name, estimator, target, categories=(), **parameters):
    rng = numpy.random.default_rng(11)
    samples = rng.normal(size=(300, 3)).round(3)
    samples[rng.random(samples.shape) < 0.1] = numpy.nan
    signal = numpy.nan_to_num(samples)
    signal = signal[:, 0] * 2 + signal[:, 1] * signal[:, 2]
    frame = pandas.DataFrame(samples, columns=["a", "b", "c"])
    words = numpy.array(["red", "green", "a rather long name of some colour that nobody knows", "7"])
    if categories:
        frame["colour"] = rng.choice(words, 300)
        frame["number"] = rng.integers(-2, 3, 300)
        signal = signal + (frame["colour"] == "green") * 1.5 + (frame["number"] == 1)
    fitted = estimator(iterations=5, depth=3, verbose=0, allow_writing_files=False, one_hot_max_size=10,
                       thread_count=1, cat_features=list(categories), **parameters).fit(frame, target(signal))
    file = f"catboost_{name}.json"
    pool = catboost.Pool(frame, cat_features=list(categories))
    fitted.save_model(str(HERE / file), format="json", pool=pool)
    document = json.loads((HERE / file).read_text())
    # What was set for training is long and says nothing about scoring.
    info = document["model_info"]
    document["model_info"] = {key: info[key] for key in ("class_params", "binclass_probability_threshold") if key in info}
    document["model_info"]["params"] = {"loss_function": info["params"]["loss_function"]}
    (HERE / file).write_text(json.dumps(document, indent=1) + "\n")
    borders = {f["flat_feature_index"]: numpy.array(f["borders"], dtype=numpy.float32)
               for f in document["features_info"]["float_features"]}
    with numpy.errstate(over="ignore"):
        rows = special_rows(rng, samples, borders).astype(numpy.float32)
    asked = pandas.DataFrame(rows, columns=["a", "b", "c"])
    told = rows.astype(numpy.float64)
    if categories:
        asked["colour"] = rng.choice(words, len(rows))
        asked["number"] = rng.integers(-2, 3, len(rows))
        hashes = {h["value"]: h["hash"] for h in document["features_info"]["cat_features_hash"]}
        told = numpy.column_stack([told, asked["colour"].map(hashes), asked["number"].astype(str).map(hashes)])
    answers = [("leaf", fitted.calc_leaf_indexes(asked), 0, 0, 0)]
    for first, last in [(0, 0), (1, 4)]:
        span = {"ntree_start": first, "ntree_end": last}
        answers.append(("decision_function", fitted.predict(asked, prediction_type="RawFormulaVal", **span), 0, first, last))
        predicted = fitted.predict(asked, **span)
        if hasattr(fitted, "predict_proba"):
            # Its exponential is an approximation.
            answers.append(("predict_proba", fitted.predict_proba(asked, **span), 16, first, last))
            if parameters.get("loss_function") != "MultiLogloss":
                classes = [str(c) for c in fitted.classes_]
                predicted = [classes.index(str(c)) for c in numpy.asarray(predicted).ravel()]
        answers.append(("predict", predicted, 4, first, last))
    write_expected(f"catboost_{name}", file, told, answers)
    if categories:
        catboost_golden(name, fitted)


def main():
    above = lambda signal: (signal > 0.5).astype(float)
    terciles = lambda signal: numpy.digitize(signal, numpy.quantile(signal, [0.3, 0.6]))
    same = lambda signal: signal
    lightgbm_file("binary_categories", above, objective="binary", sigmoid=0.7, categorical=[0])
    lightgbm_file("multiclass_dart", terciles, objective="multiclass", num_class=3, boosting="dart")
    lightgbm_file("ova_goss", terciles, objective="multiclassova", num_class=3, data_sample_strategy="goss")
    lightgbm_file("forest", same, objective="regression", boosting="rf", bagging_freq=1, bagging_fraction=0.7)
    lightgbm_file("linear", same, objective="regression", linear_tree=True, categorical=[0])
    lightgbm_file("zero_as_missing", lambda s: numpy.exp(s / 4), objective="poisson", zero_as_missing=True)
    lightgbm_file("sqrt_no_missing", same, objective="regression", reg_sqrt=True, use_missing=False)
    lightgbm_file("rank", lambda s: terciles(s), objective="lambdarank", group=[100, 100, 100])
    lightgbm_file("pandas", same, objective="regression", frame=pandas_frame)

    words = lambda signal: numpy.where(signal > 0.5, "yes", "no")
    classes = lambda signal: numpy.array([30, -2, 5])[terciles(signal)]
    categories = ("colour", "number")
    catboost_file("binary", catboost.CatBoostClassifier, words, categories)
    catboost_file("unseen_class", catboost.CatBoostClassifier, classes, loss_function="MultiClass",
                  class_names=[30, 99, -2, 5])
    catboost_file("ova", catboost.CatBoostClassifier, classes, loss_function="MultiClassOneVsAll", nan_mode="Max")
    catboost_file("labels", catboost.CatBoostClassifier, lambda s: numpy.stack([s > 0, s > 1, s < 1], 1) * 1,
                  loss_function="MultiLogloss")
    catboost_file("lossguide", catboost.CatBoostRegressor, same, categories, grow_policy="Lossguide", nan_mode="Max")
    catboost_file("depthwise_multi", catboost.CatBoostRegressor, lambda s: numpy.stack([s, -s], 1),
                  grow_policy="Depthwise", loss_function="MultiRMSE")
    catboost_file("poisson", catboost.CatBoostRegressor, lambda s: numpy.exp(s / 3), loss_function="Poisson")
    catboost_file("uncertainty", catboost.CatBoostRegressor, same, loss_function="RMSEWithUncertainty")


if __name__ == "__main__":
    main()
