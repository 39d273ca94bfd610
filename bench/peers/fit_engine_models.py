#!/usr/bin/env python3
"""Fits the models that `bench/compare engines` times, from one seed, and writes them in their libraries' own formats.

    fit_engine_models.py FOLDER [MODEL...]

Leaves in FOLDER, for each model, its files, and NAME.margins: what the library itself gives as raw margins for
rows_32.f32 (4096 rows of 32 float32, row after row), as float32 or float64 as the library computes them; index.json
says which. Made-up data: the trees have the shape of real ones, and their scores mean nothing. The support vector
machine takes the first 30 columns (rows_30.f32), the table of numbers and text rows of its own: scikit-learn's breast
cancer data, over and over, some columns by the names of the quarters they lie in (rows_table.f32.texts has the names).
"""

import json
import os
import sys
from pathlib import Path

# One thread a library: fitting is repeatable, and rows are summed in one order.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

SEED = 20240229
FEATURES = 32
TRAINING_ROWS = 100_000
FOREST_ROWS = 20_000
SCORED_ROWS = 4096
SUPPORT_ROWS = 1500
SUPPORT_FEATURES = 30
TABLE_COLUMNS = [f"number_{i}" for i in range(6)] + [f"text_{i}" for i in range(4)]
QUARTERS = ["low", "fair", "high", "top of all"]


def target(rows, noise):
    """Smooth, stepped and interacting parts, so that trees keep finding splits to the last."""
    x = rows.astype(np.float64)
    return (np.sin(x[:, 0] * x[:, 1]) + 0.5 * x[:, 2] ** 2 + np.where(x[:, 3] > x[:, 4], 1.0, -1.0) * x[:, 5]
            + np.abs(x[:, 6:16]).sum(axis=1) * 0.3 + x[:, 16:32] @ np.linspace(-0.5, 0.5, 16) + 0.3 * noise)


def training_data():
    draw = np.random.default_rng(SEED)
    rows = draw.standard_normal((TRAINING_ROWS, FEATURES), dtype=np.float32)
    return rows, target(rows, draw.standard_normal(TRAINING_ROWS))


def scored_rows():
    return np.random.default_rng(SEED + 1).standard_normal((SCORED_ROWS, FEATURES), dtype=np.float32)


def fit_xgboost(folder, name, trees, depth):
    import xgboost

    rows, y = training_data()
    booster = xgboost.train({"objective": "reg:squarederror", "tree_method": "hist", "max_bin": 256, "max_depth": depth,
                             "eta": 0.1, "seed": SEED}, xgboost.DMatrix(rows, y), trees)
    for ending in ("json", "ubj"):
        booster.save_model(folder / f"{name}.{ending}")
    return booster.inplace_predict(scored_rows(), predict_type="margin").astype(np.float32)


def fit_lightgbm(folder, name):
    import lightgbm

    rows, y = training_data()
    booster = lightgbm.train({"objective": "regression", "num_leaves": 31, "learning_rate": 0.1, "seed": SEED,
                              "deterministic": True, "force_row_wise": True, "verbosity": -1},
                             lightgbm.Dataset(rows, y), 500)
    booster.save_model(folder / f"{name}.txt")
    return booster.predict(scored_rows(), raw_score=True)


def fit_sklearnex(folder, name, rows, y):
    """sklearnex takes no forest that scikit-learn grew, and grows its own."""
    try:
        from sklearnex.ensemble import RandomForestRegressor
    except ImportError:
        return
    import joblib

    joblib.dump(RandomForestRegressor(100, random_state=SEED).fit(rows, y), folder / f"{name}.sklearnex.joblib")


def fit_forest(folder, name):
    import joblib
    import onnxruntime
    from skl2onnx import to_onnx
    from sklearn.ensemble import RandomForestRegressor

    rows, y = training_data()
    forest = RandomForestRegressor(100, random_state=SEED, n_jobs=-1).fit(rows[:FOREST_ROWS], y[:FOREST_ROWS])
    joblib.dump(forest, folder / f"{name}.joblib")
    written = to_onnx(forest, rows[:1], target_opset={"": 17, "ai.onnx.ml": 3})
    (folder / f"{name}.onnx").write_bytes(written.SerializeToString())
    fit_sklearnex(folder, name, rows[:FOREST_ROWS], y[:FOREST_ROWS])
    session = onnxruntime.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"X": scored_rows()})[0].ravel()


def fit_catboost(folder, name):
    import catboost

    rows, y = training_data()
    model = catboost.CatBoostRegressor(iterations=500, depth=6, learning_rate=0.1, random_seed=SEED, thread_count=1,
                                       verbose=False, allow_writing_files=False).fit(rows, y)
    model.save_model(folder / f"{name}.json", format="json")
    model.save_model(folder / f"{name}.cbm")
    return model.predict(scored_rows(), prediction_type="RawFormulaVal", thread_count=1)


def scored_file(name):
    """What a model is asked: the file of the rows, and the rows."""
    if name.startswith("svr"):
        return "rows_30.f32", scored_rows()[:, :SUPPORT_FEATURES]
    if name.startswith("table"):
        return "rows_table.f32", np.resize(table()[0], (SCORED_ROWS, len(TABLE_COLUMNS)))
    return "rows_32.f32", scored_rows()


def written(folder, name, model, sample, **more):
    """The model as ONNX, and for engines that take scikit-learn's own."""
    import joblib
    from skl2onnx import to_onnx

    joblib.dump(model, folder / f"{name}.joblib")
    proto = to_onnx(model, sample, target_opset={"": 17, "ai.onnx.ml": 3}, **more)
    (folder / f"{name}.onnx").write_bytes(proto.SerializeToString())


def fit_network(folder, name):
    from sklearn.neural_network import MLPRegressor

    rows, y = training_data()
    model = MLPRegressor(hidden_layer_sizes=(64, 64), max_iter=10, random_state=SEED).fit(rows[:FOREST_ROWS], y[:FOREST_ROWS])
    written(folder, name, model, rows[:1])
    return model.predict(scored_rows().astype(np.float64))


def fit_machine(folder, name):
    """Of so narrow a tube that nearly every row is a support vector."""
    from sklearn.svm import SVR

    rows, y = training_data()
    rows, y = rows[:SUPPORT_ROWS, :SUPPORT_FEATURES], y[:SUPPORT_ROWS]
    model = SVR(gamma=1 / SUPPORT_FEATURES, epsilon=1e-4).fit(rows, y)
    written(folder, name, model, rows[:1])
    try:
        import joblib
        from sklearnex.svm import SVR as FastSVR

        joblib.dump(FastSVR(gamma=1 / SUPPORT_FEATURES, epsilon=1e-4).fit(rows, y), folder / f"{name}.sklearnex.joblib")
    except ImportError:
        pass
    return model.predict(scored_file(name)[1].astype(np.float64))


def table():
    """Rows of six numbers and four texts, told by their place among QUARTERS, and what is to be found."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    quarters = [np.searchsorted(np.quantile(column, [0.25, 0.5, 0.75]), column) for column in data.data[:, 6:10].T]
    return np.column_stack([data.data[:, :6], *quarters]).astype(np.float32), data.target


def fit_table(folder, name):
    """Imputed and scaled numbers and one-hot text, and a logistic regression over both."""
    import pandas
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    def frame_of(rows):
        frame = pandas.DataFrame(rows.astype(np.float64), columns=TABLE_COLUMNS)
        for column in TABLE_COLUMNS[6:]:
            frame[column] = pandas.Series([QUARTERS[int(place)] for place in frame[column]], dtype=object)
        return frame

    rows, y = table()
    model = make_pipeline(
        make_column_transformer((make_pipeline(SimpleImputer(), StandardScaler()), TABLE_COLUMNS[:6]),
                                (OneHotEncoder(handle_unknown="ignore"), TABLE_COLUMNS[6:])),
        LogisticRegression(max_iter=1000)).fit(frame_of(rows), y)
    types = [(column, (FloatTensorType if i < 6 else StringTensorType)([None, 1]))
             for i, column in enumerate(TABLE_COLUMNS)]
    written(folder, name, model, None, initial_types=types, options={"zipmap": False})
    lines = [""] * 6 + ["\t".join(QUARTERS)] * 4
    (folder / "rows_table.f32.texts").write_text("\n".join(lines) + "\n")
    return model.predict_proba(frame_of(scored_file(name)[1]))[:, 1]


MODELS = {
    "xgb_500x6": lambda folder, name: fit_xgboost(folder, name, 500, 6),
    "xgb_100x10": lambda folder, name: fit_xgboost(folder, name, 100, 10),
    "lgbm_500x31": fit_lightgbm,
    "rf_100_full": fit_forest,
    "catboost_500x6": fit_catboost,
    "mlp_32x64x64": fit_network,
    "svr_1500x30": fit_machine,
    "table_6+4": fit_table,
}


def main():
    if len(sys.argv) < 2 or any(name not in MODELS for name in sys.argv[2:]):
        sys.exit(f"{__doc__}\nmodels: {', '.join(MODELS)}")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    index_file = folder / "index.json"
    index = json.loads(index_file.read_text()) if index_file.exists() else {}
    for name in sys.argv[2:] or MODELS:
        margins = MODELS[name](folder, name)
        (folder / f"{name}.margins").write_bytes(np.ascontiguousarray(margins).tobytes())
        file, rows = scored_file(name)
        (folder / file).write_bytes(np.ascontiguousarray(rows, "<f4").tobytes())
        index[name] = {"margins": str(margins.dtype), "rows": len(margins), "scored": file, "features": rows.shape[1]}
        index_file.write_text(json.dumps(index, indent=2) + "\n")
        print(f"{name}: fitted", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
