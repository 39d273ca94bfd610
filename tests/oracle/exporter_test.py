"""Exports fitted models with the script that `pelton exporter` prints, and holds the files to scikit-learn.

python exporter_test.py PELTON DIRECTORY [NAME...]

The script compares every output itself before it writes, by Pelton where it serves the file and by ONNX Runtime
otherwise; here each file's golden rows are also scored by Pelton from the file, and damaged ones must keep it out.
Among the models are all those whose usual conversion is wrong (wrong_conversions.py).
"""

import importlib.util
import json
import pathlib
import shutil
import subprocess
import sys
import warnings

import numpy as np
import onnx
import pandas
import sklearn.datasets
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (AdaBoostClassifier, BaggingClassifier, ExtraTreesClassifier, GradientBoostingClassifier,
                              GradientBoostingRegressor, HistGradientBoostingClassifier,
                              HistGradientBoostingRegressor, IsolationForest, RandomForestClassifier,
                              RandomForestRegressor, StackingClassifier, StackingRegressor, VotingClassifier,
                              VotingRegressor)
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge, RidgeClassifier, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (Binarizer, MinMaxScaler, Normalizer, OneHotEncoder, OrdinalEncoder,
                                   PolynomialFeatures, RobustScaler, StandardScaler)
from sklearn.svm import SVC, SVR, LinearSVC, OneClassSVM
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from xgboost import XGBClassifier, XGBRegressor

FEW = {"n_estimators": 8, "max_depth": 4, "random_state": 0}


def arrays():
    """Numbers alone: name, model, rows, target."""
    wine, kinds = sklearn.datasets.load_wine(return_X_y=True)
    wine = StandardScaler().fit_transform(wine)
    two, names = (kinds > 0).astype(int), np.array(["barolo", "grignolino", "barbera"])[kinds]
    diabetes, progress = sklearn.datasets.load_diabetes(return_X_y=True)
    both = np.c_[progress, -progress]
    gaps, empty, codes = diabetes.copy(), diabetes.copy(), diabetes.copy()
    gaps[::5, 1] = np.nan
    empty[::5, 1], empty[:, 2] = np.nan, np.nan
    codes[:, 1] = np.arange(len(codes)) % 5
    shifted = progress + 50 * np.array([0, 9, -9, 4, 2])[np.arange(len(codes)) % 5]
    yield "linear", LinearRegression(), diabetes, progress
    yield "linear_several", Ridge(), diabetes, both
    yield "lasso_polynomial", make_pipeline(PolynomialFeatures(2), Lasso(0.1)), diabetes[:, :4], progress
    yield "logistic", LogisticRegression(), wine, kinds
    yield "logistic_text", LogisticRegression(), wine, names
    yield "logistic_two", make_pipeline(StandardScaler(), LogisticRegression()), wine, two
    yield "linear_svc", LinearSVC(), wine, kinds
    yield "ridge_classifier", RidgeClassifier(), wine, two
    yield "naive_bayes", GaussianNB(), wine, kinds
    yield "neighbours", KNeighborsClassifier(3), wine, kinds
    yield "lda", LinearDiscriminantAnalysis(), wine, names
    yield "qda", QuadraticDiscriminantAnalysis(), wine, kinds
    yield "pca", make_pipeline(RobustScaler(), PCA(4), LinearRegression()), diabetes, progress
    yield "scaler", MinMaxScaler(), diabetes, None
    yield "svc", SVC(), wine, kinds
    yield "svc_two_probabilities", SVC(probability=True, random_state=0), wine, two
    yield "svr", SVR(C=10), diabetes, progress
    yield "one_class", OneClassSVM(nu=0.1), diabetes, None
    yield "mlp_classifier", MLPClassifier((8,), max_iter=60, random_state=0), wine, kinds
    yield "mlp_regressor", MLPRegressor(hidden_layer_sizes=(8,), max_iter=60, random_state=0), diabetes, progress
    yield "tree", DecisionTreeClassifier(max_depth=4, random_state=0), wine, names
    yield "forest", RandomForestRegressor(**FEW), diabetes, progress
    yield "forest_several", RandomForestRegressor(**FEW), diabetes, both
    yield "forest_classifier", RandomForestClassifier(**FEW), wine, kinds
    yield "extra_trees", ExtraTreesClassifier(**FEW), wine, two
    yield "boosting", GradientBoostingRegressor(**FEW), diabetes, progress
    yield "boosting_classifier", GradientBoostingClassifier(**FEW), wine, names
    yield "boosting_exponential", GradientBoostingClassifier(loss="exponential", **FEW), wine, two
    yield "histogram", HistGradientBoostingRegressor(max_iter=20, random_state=0), gaps, progress
    yield "histogram_classifier", HistGradientBoostingClassifier(max_iter=8, random_state=0), wine, kinds
    yield "isolation", IsolationForest(n_estimators=8, random_state=0), diabetes, None
    yield "clusters", KMeans(3, n_init=1, random_state=0), diabetes, None
    yield "adaboost", AdaBoostClassifier(n_estimators=5, random_state=0), wine, kinds
    yield "bagging", BaggingClassifier(n_estimators=5, random_state=0), wine, kinds
    yield "calibrated", CalibratedClassifierCV(LinearSVC(), cv=3), wine, two
    yield "voting", VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], voting="soft"), wine, kinds
    yield "voting_regressor", VotingRegressor([("a", Ridge()), ("b", DecisionTreeRegressor(max_depth=3))]), diabetes, \
        progress
    yield "stacking", StackingClassifier([("a", LogisticRegression()), ("b", GaussianNB())]), wine, kinds
    yield "stacking_regressor", StackingRegressor([("a", Ridge()), ("b", RandomForestRegressor(**FEW))]), diabetes, \
        progress
    yield "search", GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": [0.1, 1]}), diabetes, \
        progress
    # The wrong conversions.
    yield "wrong_break_ties", SVC(break_ties=True), wine, kinds
    yield "wrong_sgd_huber", SGDClassifier(loss="modified_huber", random_state=0), wine, kinds
    yield "wrong_sgd_log", SGDClassifier(loss="log_loss", random_state=0), wine, names
    yield "wrong_one_vs_rest", OneVsRestClassifier(LogisticRegression()), 20 * wine, kinds
    yield "wrong_normalizer_l1", make_pipeline(Normalizer("l1"), Ridge()), diabetes, progress
    yield "wrong_normalizer_l2", make_pipeline(Normalizer("l2"), Ridge()), diabetes, progress
    yield "wrong_normalizer_max", make_pipeline(Normalizer("max"), Ridge()), diabetes, progress
    yield "wrong_binarizer", make_pipeline(Binarizer(threshold=diabetes[3, 2]), Ridge()), diabetes, progress
    yield "wrong_mlp_several", MLPRegressor(hidden_layer_sizes=(8,), max_iter=60, random_state=0), diabetes, both
    yield "wrong_indicator", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), Ridge()), gaps, progress
    yield "wrong_empty_column", make_pipeline(SimpleImputer(), Ridge()), empty, progress
    yield "wrong_tree_gaps", DecisionTreeRegressor(max_depth=5, random_state=0), gaps, progress
    yield "wrong_poisson", HistGradientBoostingRegressor(loss="poisson", max_iter=10), diabetes, progress
    yield "wrong_categories", HistGradientBoostingRegressor(categorical_features=[1], max_iter=20), codes, shifted


def documents():
    """Sentences of scikit-learn's own descriptions of its data sets, and which set each is about."""
    texts, about = [], []
    for name in ("iris", "wine", "breast_cancer", "diabetes"):
        described = getattr(sklearn.datasets, f"load_{name}")().DESCR.replace("\n", " ")
        sentences = [" ".join(part.split()) for part in described.split(".") if len(part.split()) > 4]
        texts += sentences
        about += [name] * len(sentences)
    return np.array(texts, object), np.array(about)


def frames():
    """Columns of different types."""
    iris = sklearn.datasets.load_iris(as_frame=True)
    rng = np.random.RandomState(0)
    rows = iris.data.set_axis(["length", "width", "petal length", "petal width"], axis=1)
    rows["city"] = rng.choice(["oslo", "rome", "paris", "zürich"], len(rows))
    rows["rooms"] = rng.randint(1, 6, len(rows))
    rows["garden"] = rng.rand(len(rows)) > 0.5
    target = rows["length"] * 2 + rows["city"].map({"oslo": 1, "rome": 4, "paris": -2, "zürich": 0}) + rows["rooms"]
    numbers, words = ["length", "width", "petal length", "petal width"], ["city"]
    gaps = rows.copy()
    gaps.loc[::7, "width"] = np.nan
    one_hot = OneHotEncoder(handle_unknown="ignore")
    mixed = make_column_transformer((make_pipeline(SimpleImputer(), StandardScaler()), numbers), (one_hot, words))
    yield "columns", make_pipeline(mixed, LogisticRegression(max_iter=500)), gaps[numbers + words], iris.target
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    trees = ColumnTransformer([("words", ordinal, words), ("numbers", "passthrough", numbers)])
    yield "columns_trees", make_pipeline(trees, RandomForestRegressor(**FEW)), rows[numbers + words], target
    coded = make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), ["rooms"]))
    yield "columns_integers", make_pipeline(coded, Ridge()), rows[numbers + ["rooms"]], target
    yield "frame_numbers", make_pipeline(StandardScaler(), Ridge()), rows[numbers], target
    known = rows[numbers + words].astype({"city": "category"})
    yield "frame_categories", HistGradientBoostingRegressor(max_iter=20, random_state=0), known, target
    texts, about = documents()
    yield "tfidf", make_pipeline(TfidfVectorizer(), LogisticRegression()), texts, about
    yield "word_counts", make_pipeline(CountVectorizer(lowercase=True), MultinomialNB()), texts, about


def boosted():
    """Other libraries' estimators inside a pipeline."""
    wine, kinds = sklearn.datasets.load_wine(return_X_y=True)
    diabetes, progress = sklearn.datasets.load_diabetes(return_X_y=True)
    few = {"n_estimators": 8, "max_depth": 3}
    yield "xgboost_inside", make_pipeline(StandardScaler(), XGBRegressor(**few)), diabetes, progress
    yield "xgboost_classifier_inside", make_pipeline(StandardScaler(), XGBClassifier(**few)), wine, kinds
    yield "lightgbm_inside", make_pipeline(StandardScaler(), LGBMRegressor(verbose=-1, **few)), diabetes, progress
    yield "lightgbm_classifier_inside", make_pipeline(StandardScaler(), LGBMClassifier(verbose=-1, **few)), wine, kinds


def convertible():
    """Models that are exported: those of other libraries where their conversions are installed."""
    yield from arrays()
    yield from frames()
    if importlib.util.find_spec("onnxmltools") is not None:
        yield from boosted()


def refused():
    """Models that must be refused, and what the refusal says."""
    diabetes, progress = sklearn.datasets.load_diabetes(return_X_y=True)
    if importlib.util.find_spec("onnxmltools") is None:
        for case in boosted():
            yield *case, "onnxmltools"
    init = GradientBoostingRegressor(init=Ridge(), n_estimators=3)
    yield "boosting_init", init, diabetes, progress, "an estimator as init"
    yield "several_classes", DecisionTreeClassifier(max_depth=2), diabetes, np.c_[progress > 100, progress > 200], \
        "several targets of classes"
    gaps = pandas.DataFrame({"sex": ["female", "male", None, "male"]}, dtype=object)
    filled = make_pipeline(SimpleImputer(strategy="most_frequent", missing_values=None), OneHotEncoder(), Ridge())
    yield "missing_text", filled, gaps, [1.0, 2.0, 3.0, 2.5], "text that is missing"
    gaussian = GaussianProcessClassifier()
    yield "gaussian_classes", gaussian, diabetes[:60], np.arange(60) % 3, "skl2onnx does not convert it"


def load_script(program, directory):
    script = directory / "export.py"
    script.write_bytes(subprocess.run([program, "exporter"], check=True, capture_output=True).stdout)
    spec = importlib.util.spec_from_file_location("export", script)
    module = importlib.util.module_from_spec(spec)
    sys.modules["export"] = module
    spec.loader.exec_module(module)
    return module


def fitted(model, rows, target):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(rows) if target is None else model.fit(rows, target)


def exported(script, program, directory, name, model, rows):
    """The export, and whether Pelton serves it: what it does not carry out yet is checked by ONNX Runtime."""
    try:
        return script.export(model, rows, directory, name, check_with="pelton", pelton=program), True
    except script.ExportError as error:
        if "Pelton does not serve it" not in str(error):
            raise
    return script.export(model, rows, directory, name, check_with="onnxruntime"), False


def verify(program, file):
    return subprocess.run([program, "verify", str(file)], capture_output=True, text=True, check=False)


def check_metadata(file, methods):
    props = {entry.key: entry.value for entry in onnx.load(file).metadata_props}
    golden, baseline = json.loads(props["pelton.golden"]), json.loads(props["pelton.baseline"])
    assert 10 <= len(golden) <= 40, len(golden)
    assert all(set(row) == {"x", *methods} for row in golden)
    assert [feature["name"] for feature in baseline["features"]] == json.loads(props["feature_names"])
    for feature in baseline["features"]:
        assert feature["kind"] in ("number", "integer", "boolean", "category", "text")
        assert sum(feature.get("counts", [feature["count"]])) == feature["count"]


def check_damage(program, file):
    """A file whose golden rows say otherwise must not be served."""
    model = onnx.load(file)
    for entry in model.metadata_props:
        if entry.key == "pelton.golden":
            rows = json.loads(entry.value)
            rows[3]["predict"] = "nobody" if isinstance(rows[3]["predict"], str) else -12345
            if isinstance(json.loads(entry.value)[3]["predict"], list):
                rows[3]["predict"] = [-12345 for _ in json.loads(entry.value)[3]["predict"]]
            entry.value = json.dumps(rows)
    damaged = file.with_name("damaged.onnx")
    damaged.write_bytes(model.SerializeToString())
    ran = verify(program, damaged)
    assert ran.returncode == 1 and "row 4" in ran.stdout, ran


def main():
    program, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    wanted = set(sys.argv[3:])
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    script = load_script(program, directory)
    failed, served, count = [], 0, 0
    for name, model, rows, target in convertible():
        if wanted and name not in wanted:
            continue
        count += 1
        try:
            done, by_pelton = exported(script, program, directory, name, fitted(model, rows, target), rows)
            check_metadata(done.file, done.methods)
            if by_pelton:
                served += 1
                ran = verify(program, done.file)
                assert ran.returncode == 0, ran
                check_damage(program, done.file)
            print(f"{name}: {', '.join(done.methods)}, {done.rows_checked} rows within {done.tolerance:g}, "
                  f"{'pelton' if by_pelton else 'onnxruntime'}", flush=True)
        except (script.ExportError, AssertionError) as error:
            failed.append(name)
            print(f"FAILED {name}: {error}", flush=True)
    for name, model, rows, target, reason in refused():
        if wanted and name not in wanted:
            continue
        try:
            script.export(fitted(model, rows, target), rows, directory, name, check_with="pelton", pelton=program)
            failed.append(name)
            print(f"FAILED {name}: was exported", flush=True)
        except script.ExportError as error:
            if reason not in str(error) or (directory / name / "1").exists():
                failed.append(name)
            print(f"{'FAILED ' if name in failed else ''}{name}: refused: {str(error)[:200]}", flush=True)
    print(f"{count} models exported, {served} of them served by Pelton; failed: {', '.join(failed) or 'none'}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
