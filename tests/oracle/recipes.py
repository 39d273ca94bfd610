"""The models that Pelton is held against: how each is fitted, converted and asked.

A case is a scikit-learn model fitted on one of scikit-learn's bundled data sets, its ONNX file, rows to
score, and what scikit-learn answers for them. make_fixtures.py writes them for the C++ test; the live
test fits them again.
"""

import contextlib
import dataclasses
import struct
import warnings

import numpy as np
import onnx
import onnxruntime
import pandas
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, GradientBoostingClassifier,
                              GradientBoostingRegressor, HistGradientBoostingClassifier, HistGradientBoostingRegressor,
                              RandomForestClassifier, RandomForestRegressor, VotingRegressor)
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (ElasticNet, Lasso, LinearRegression, LogisticRegression, Perceptron, Ridge,
                                  RidgeClassifier, SGDClassifier)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (MaxAbsScaler, MinMaxScaler, Normalizer, OneHotEncoder, OrdinalEncoder, RobustScaler,
                                   StandardScaler, TargetEncoder)
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR, NuSVC, NuSVR, OneClassSVM
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

METHODS = ["predict", "predict_proba", "decision_function"]


@dataclasses.dataclass
class Case:
    name: str
    model: object
    data: str
    dtype: str = "float"  # of the graph's input: float or double
    text_labels: bool = False
    options: dict = dataclasses.field(default_factory=dict)
    missing: bool = False  # rows with missing values
    columns: bool = False  # one named input a feature
    mixed: bool = False  # some features made text or whole numbers: one named input each, of its type
    unknown_texts: bool = True  # texts are asked that training did not have
    missing_text: object = False  # what stands for a missing text in training
    methods: tuple = ("predict", "predict_proba", "decision_function")
    # Relative error allowed. A double graph whose operator keeps its parameters as float can be no
    # better than float.
    tolerance: float = 0.0
    # Rows far away saturate the probabilities that ONNX Runtime takes the label of; scikit-learn and
    # Pelton go by the margins.
    runtime_saturates: bool = False
    seed: int = 7  # of the rows asked

    def allowed(self):
        return self.tolerance or {"float": 1e-5, "double": 1e-9}[self.dtype]


def both(name, make, data, **more):
    return [Case(f"{name}_{dtype}", make(), data, dtype, **more) for dtype in ("float", "double")]


def linear():
    cases = []
    cases += both("linear_regression", LinearRegression, "diabetes")
    cases += both("linear_multi_output", LinearRegression, "diabetes2")
    cases += both("ridge", lambda: Ridge(0.5), "diabetes")
    cases += both("lasso", lambda: Lasso(0.1), "diabetes")
    cases += both("elastic_net", lambda: ElasticNet(0.01), "diabetes")
    cases += [Case("linear_svr_float", LinearSVR(C=10, max_iter=10000, random_state=0), "diabetes")]
    cases += both("logistic_binary", LogisticRegression, "cancer")
    cases += both("logistic_multinomial", LogisticRegression, "iris")
    cases += [Case("logistic_text_float", LogisticRegression(), "wine", text_labels=True)]
    cases += [Case("logistic_tensor_float", LogisticRegression(), "iris", options={"zipmap": False})]
    cases += [Case("logistic_columns_float", LogisticRegression(), "iris", options={"zipmap": "columns"})]
    cases += [Case("logistic_class_labels_float", LogisticRegression(), "iris", text_labels=True,
                   options={"zipmap": False, "output_class_labels": True})]
    cases += [Case("logistic_raw_scores_float", LogisticRegression(), "iris", options={"raw_scores": True},
                   methods=("predict", "decision_function"))]
    cases += both("one_vs_rest", lambda: OneVsRestClassifier(LogisticRegression()), "iris", runtime_saturates=True)
    cases += [Case("ridge_classifier_binary_float", RidgeClassifier(), "cancer")]
    cases += [Case("ridge_classifier_float", RidgeClassifier(), "wine", text_labels=True)]
    cases += both("sgd_hinge", lambda: SGDClassifier(random_state=0), "iris")
    cases += both("sgd_hinge_binary", lambda: SGDClassifier(random_state=0), "cancer")
    cases += both("sgd_log_loss", lambda: SGDClassifier(loss="log_loss", random_state=0), "wine",
                  runtime_saturates=True)
    cases += both("sgd_log_loss_binary", lambda: SGDClassifier(loss="log_loss", random_state=0), "cancer")
    cases += both("sgd_modified_huber_binary", lambda: SGDClassifier(loss="modified_huber", random_state=0), "cancer",
                  methods=("predict", "predict_proba"))
    cases += both("perceptron", lambda: Perceptron(random_state=0), "iris")
    cases += [Case("linear_svc_float", LinearSVC(), "iris")]
    cases += [Case("linear_svc_binary_float", LinearSVC(), "cancer")]
    return cases


def machines():
    cases = []
    for kernel in ("linear", "poly", "rbf", "sigmoid"):
        cases += [Case(f"svc_{kernel}_binary_float", SVC(kernel=kernel, gamma=0.05, coef0=0.2), "cancer_small")]
        cases += [Case(f"svc_{kernel}_float", SVC(kernel=kernel, gamma=0.2, coef0=0.2), "iris")]
        cases += [Case(f"nusvc_{kernel}_float", NuSVC(nu=0.2, kernel=kernel, gamma=0.1), "wine", text_labels=True)]
        # A hundred support vectors of weight 10 nearly cancel: what is left of float weights is less exact.
        cases += [Case(f"svr_{kernel}_float", SVR(kernel=kernel, gamma=0.1, coef0=0.2, C=10), "diabetes_small",
                       tolerance=5e-5)]
    # With several classes the file does not tell one-vs-rest from one-vs-one once there are
    # probabilities, so decision_function is not offered.
    cases += [Case("svc_probability_float", SVC(probability=True, random_state=0), "iris", text_labels=True,
                   methods=("predict", "predict_proba"))]
    cases += [Case("svc_probability_binary_float", SVC(probability=True, random_state=0), "cancer_small")]
    cases += [Case("nusvc_probability_float", NuSVC(nu=0.2, probability=True, random_state=0), "wine",
                   methods=("predict", "predict_proba"))]
    cases += [Case("svc_ovo_float", SVC(decision_function_shape="ovo"), "wine")]
    cases += [Case("svc_digits_float", SVC(gamma=0.001), "digits_small")]
    cases += [Case("svc_double", SVC(), "iris", "double", tolerance=1e-5)]
    cases += [Case("svr_double", SVR(), "diabetes_small", "double", tolerance=1e-5)]
    cases += [Case("nusvr_float", NuSVR(C=10), "diabetes_small")]
    cases += [Case("one_class_svm_float", OneClassSVM(nu=0.1), "iris", methods=("predict", "decision_function"))]
    return cases


def networks():
    cases = []
    for activation in ("relu", "tanh", "logistic", "identity"):
        def classifier(activation=activation):
            return MLPClassifier((8,), activation, max_iter=100, random_state=0)

        def regressor(activation=activation):
            return MLPRegressor(hidden_layer_sizes=(8, 5), activation=activation, max_iter=100, random_state=0)

        cases += both(f"mlp_classifier_{activation}", classifier, "iris", methods=("predict", "predict_proba"))
        cases += both(f"mlp_regressor_{activation}", regressor, "diabetes")
    cases += both("mlp_binary", lambda: MLPClassifier((6,), max_iter=100, random_state=0), "cancer",
                  methods=("predict", "predict_proba"))
    cases += [Case("mlp_digits_float", MLPClassifier((16,), max_iter=60, random_state=0), "digits",
                   methods=("predict", "predict_proba"))]
    return cases


def trees():
    cases = []
    labels = ("predict", "predict_proba")
    small = {"max_depth": 4, "random_state": 0}
    few = {"n_estimators": 8, **small}
    boosted = {"max_iter": 8, "max_leaf_nodes": 8, "random_state": 0}
    cases += [Case("decision_tree_float", DecisionTreeRegressor(**small), "diabetes")]
    cases += [Case("decision_tree_multi_output_float", DecisionTreeRegressor(**small), "diabetes2")]
    cases += [Case("decision_tree_classifier_float", DecisionTreeClassifier(**small), "wine", methods=labels)]
    cases += [Case("decision_tree_binary_float", DecisionTreeClassifier(**small), "cancer", methods=labels)]
    cases += [Case("extra_tree_text_float", ExtraTreeClassifier(**small), "wine", text_labels=True, methods=labels)]
    cases += [Case("random_forest_float", RandomForestRegressor(**few), "diabetes")]
    cases += [Case("random_forest_multi_output_float", RandomForestRegressor(**few), "diabetes2")]
    cases += [Case("random_forest_classifier_float", RandomForestClassifier(**few), "iris", methods=labels)]
    cases += [Case("random_forest_binary_float", RandomForestClassifier(**few), "cancer", methods=labels)]
    cases += [Case("random_forest_digits_float", RandomForestClassifier(**few), "digits", methods=labels)]
    cases += [Case("random_forest_tensor_float", RandomForestClassifier(**few), "wine", text_labels=True,
                   options={"zipmap": False}, methods=labels)]
    cases += [Case("extra_trees_float", ExtraTreesRegressor(**few), "diabetes")]
    cases += [Case("extra_trees_classifier_float", ExtraTreesClassifier(**few), "wine", methods=labels)]
    cases += [Case("gradient_boosting_float", GradientBoostingRegressor(**few), "diabetes")]
    cases += [Case("gradient_boosting_huber_float", GradientBoostingRegressor(loss="huber", **few), "diabetes")]
    cases += [Case("gradient_boosting_classifier_float", GradientBoostingClassifier(**few), "iris")]
    cases += [Case("gradient_boosting_binary_float", GradientBoostingClassifier(**few), "cancer")]
    cases += [Case("gradient_boosting_text_float", GradientBoostingClassifier(**few), "wine", text_labels=True)]
    cases += [Case("gradient_boosting_raw_float", GradientBoostingClassifier(**few), "cancer",
                   options={"raw_scores": True}, methods=("predict", "decision_function"))]
    cases += [Case("gradient_boosting_exponential_float", GradientBoostingClassifier(loss="exponential", **few),
                   "cancer")]
    # In double skl2onnx declares an output that the operator does not have.
    cases += [Case("hist_boosting_float", HistGradientBoostingRegressor(**boosted), "diabetes", missing=True)]
    cases += [Case("hist_boosting_classifier_float", HistGradientBoostingClassifier(**boosted), "wine", missing=True)]
    cases += [Case("hist_boosting_binary_float", HistGradientBoostingClassifier(**boosted), "cancer", missing=True)]
    cases += [Case("scaled_forest_float", make_pipeline(StandardScaler(), RandomForestRegressor(**few)),
                   "diabetes_raw")]
    cases += [Case("voting_float", VotingRegressor([("tree", DecisionTreeRegressor(**small)),
                                                    ("forest", RandomForestRegressor(**few)),
                                                    ("line", LinearRegression())]), "diabetes")]
    return cases


def pipelines():
    cases = []
    steps = {
        "standard": StandardScaler, "minmax": MinMaxScaler, "minmax_clip": lambda: MinMaxScaler(clip=True),
        "robust": RobustScaler, "maxabs": MaxAbsScaler, "normalizer_l1": lambda: Normalizer("l1"),
        "normalizer_l2": Normalizer,
    }
    for name, step in steps.items():
        cases += both(f"{name}_linear", lambda step=step: make_pipeline(step(), LinearRegression()), "diabetes_raw")
        cases += both(f"{name}_logistic", lambda step=step: make_pipeline(step(), LogisticRegression()), "wine_raw")
    # scikit-learn divides by the largest absolute value, ONNX by the largest value: the same on
    # features that are not negative.
    cases += [Case("normalizer_max_float", make_pipeline(Normalizer("max"), LogisticRegression()), "wine_raw")]
    # The operator keeps the values to fill in as float.
    cases += both("imputer_linear", lambda: make_pipeline(SimpleImputer(), StandardScaler(), LinearRegression()),
                  "diabetes_raw", missing=True, tolerance=1e-5)
    cases += [Case("imputer_median_svc_float", make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), SVC()),
                   "wine_raw", missing=True)]
    cases += [Case("named_columns_float", make_pipeline(StandardScaler(), LogisticRegression()), "iris", columns=True)]
    cases += [Case("scaled_svc_double", make_pipeline(StandardScaler(), SVC(gamma=0.1)), "wine_raw", "double",
                   tolerance=1e-5)]
    cases += both("scaled_mlp", lambda: make_pipeline(StandardScaler(), MLPClassifier((8,), max_iter=80, random_state=0)),
                  "wine_raw", methods=("predict", "predict_proba"))
    return cases


def table_steps(categories, numbers=None, missing=None):
    """What most tables are brought to numbers by; columns by name: those of text, the whole numbers, the others."""
    numbers = numbers or make_pipeline(SimpleImputer(), StandardScaler())
    wholes = OneHotEncoder(handle_unknown="ignore")
    return make_column_transformer((numbers, make_column_selector("^number")),
                                   (categories, make_column_selector("^text")),
                                   (wholes, make_column_selector("^whole")))


def mixed_tables():
    """Categories of text and whole numbers beside numbers, as tables in practice have them."""
    def ignoring():
        return OneHotEncoder(handle_unknown="ignore")

    def ordinal():
        return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)

    few = {"n_estimators": 8, "max_depth": 4, "random_state": 0}
    labels = ("predict", "predict_proba")

    def case(name, model, data, categories=ignoring, **more):
        return Case(f"mixed_{name}_float", make_pipeline(table_steps(categories()), model), data, mixed=True, **more)

    cases = [case("logistic", LogisticRegression(max_iter=1000), "cancer_raw", missing=True)]
    cases += [case("logistic_multinomial", LogisticRegression(max_iter=1000), "wine_raw", text_labels=True)]
    cases += [case("logistic_known", LogisticRegression(max_iter=1000), "wine_raw", OneHotEncoder,
                   unknown_texts=False)]
    cases += [case("logistic_drop", LogisticRegression(max_iter=1000), "wine_raw", lambda: OneHotEncoder(drop="first"),
                   unknown_texts=False)]
    cases += [case("ridge", Ridge(), "diabetes_raw", missing=True)]
    cases += [case("forest", RandomForestClassifier(**few), "wine_raw", methods=labels)]
    cases += [case("boosting", GradientBoostingRegressor(**few), "diabetes_raw", ordinal)]
    cases += [case("mlp", MLPClassifier((8,), max_iter=80, random_state=0), "wine_raw", methods=labels)]
    cases += [case("svc", SVC(gamma=0.05), "wine_raw", ordinal)]
    cases += [case("ordinal_forest", RandomForestClassifier(**few), "cancer_raw", ordinal, methods=labels)]
    cases += [case("target", Ridge(), "diabetes_raw", lambda: TargetEncoder(target_type="continuous", random_state=0))]
    cases += [case("missing_text", LogisticRegression(max_iter=1000), "wine_raw", missing_text=np.nan)]
    cases += [case("missing_none", LogisticRegression(max_iter=1000), "wine_raw", missing_text=None, missing=True)]

    def imputed():
        return make_pipeline(SimpleImputer(strategy="most_frequent", missing_values=""), OneHotEncoder())

    cases += [case("imputed_text", LogisticRegression(max_iter=1000), "wine_raw", imputed, missing_text="",
                   unknown_texts=False)]
    return cases


def all_cases(seed=7):
    """Every case; the seed picks the rows that are asked."""
    cases = linear() + machines() + networks() + trees() + pipelines() + mixed_tables()
    for case in cases:
        case.seed = seed
    return cases


def load(data):
    """Features, target and feature names; scaled to unit variance unless the name says raw."""
    loaders = {"iris": load_iris, "wine": load_wine, "cancer": load_breast_cancer, "digits": load_digits}
    base = data.split("_")[0].rstrip("2")
    if base == "diabetes":
        bunch = load_diabetes(scaled=False)
    else:
        bunch = loaders[base]()
    x, y, names = bunch.data.astype(np.float64), bunch.target, list(bunch.feature_names)
    if data == "diabetes2":
        y = np.c_[y, np.sqrt(y)]
    if base == "digits":
        x = x / 16
    elif not data.endswith("raw"):
        x = StandardScaler().fit_transform(x)
    if data.endswith("small"):
        keep = np.random.RandomState(1).permutation(len(x))[:160]
        x, y = x[keep], y[keep]
    if base == "diabetes":
        y = y / 100
    return x, y, names


def rows_of(case, x):
    """Real rows, and rows far away from them."""
    rng = np.random.RandomState(case.seed)
    real = x[rng.permutation(len(x))[:12]]
    spread = np.abs(x).max(axis=0)
    far = [np.zeros(x.shape[1]), 10 * spread, -10 * spread, np.where(np.arange(x.shape[1]) % 2, spread, -spread),
           1000 * spread * rng.uniform(-1, 1, x.shape[1]), np.full(x.shape[1], 1e-30)]
    if isinstance(case.model, (OneClassSVM,)) or "normalizer" in case.name:
        far = far[1:-1]  # a row of zeros: see wrong_conversions.py
    if "normalizer_max" in case.name:
        far = [np.abs(row) for row in far]
    rows = np.vstack([real] + far)
    if case.missing:
        rows[::3, 0] = np.nan
        rows[1::4, -1] = np.nan
    return rows


MIXED_COLUMNS = ["number_0", "text_0", "number_1", "text_1", "whole_0", "number_2", "number_3", "text_2", "number_4",
                 "number_5", "text_3"]
QUARTERS = np.array(["low", "fair", "high", "top of all"], object)


def mixed_rows(x):
    """The first six features, four more by the names of the quarters they lie in, the first again by tenths."""
    def place(column, parts):
        return np.searchsorted(np.quantile(column, np.arange(1, parts) / parts), column)

    columns = {f"number_{i}": x[:, i] for i in range(6)}
    for i in range(4):
        columns[f"text_{i}"] = QUARTERS[place(x[:, 6 + i], 4)] + " ä" * i
    columns["whole_0"] = 10 * place(x[:, 0], 10) - 20
    return np.column_stack([columns[name].astype(object) for name in MIXED_COLUMNS])


def mixed_frame(case, rows):
    """Rows as the graph's types have them; a missing text (None) as the model was fitted with it."""
    kinds = {"number": np.float32, "text": object, "whole": np.int64}
    frame = pandas.DataFrame({name: pandas.Series(rows[:, i].astype(kinds[name.split("_")[0]]))
                              for i, name in enumerate(MIXED_COLUMNS)})
    for name in frame.columns[frame.dtypes == np.float32]:
        frame[name] = frame[name].astype(np.float64)
    if case.missing_text is not False:
        texts = [case.missing_text if value is None else value for value in rows[:, 1]]
        frame["text_0"] = pandas.Series(texts, dtype=object)
    return frame


def mixed_feeds(case, rows):
    """The same as ONNX Runtime takes it: one column an input; a missing text as the text Python writes for it."""
    frame = mixed_frame(case, rows)
    kinds = {"number": np.float32, "text": str, "whole": np.int64}
    feeds = {name: frame[[name]].to_numpy().astype(kinds[name.split("_")[0]]) for name in MIXED_COLUMNS}
    return {name: column.astype(object) if name.startswith("text") else column for name, column in feeds.items()}


def fit_mixed(case):
    x, y, _ = load(case.data)
    table = mixed_rows(x)
    train = table.copy()
    if case.missing_text is not False:
        train[::9, 1] = None
    if case.missing:
        train[::7, 0] = np.nan
    labels = np.array([f"class {v}" for v in y]) if case.text_labels else y
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        case.model.fit(mixed_frame(case, train), labels)
    rows = table[np.random.RandomState(case.seed).permutation(len(table))[:16]]
    rows[-1, [0, 2, 5]] = [1e4, -1e4, 0.0]
    if case.missing:
        rows[::3, 0] = np.nan
    if case.missing_text is not False:
        rows[::4, 1] = None
    if case.unknown_texts:
        rows[1::4, 3] = "none of them"
        rows[2::5, 7] = "Fair ä ä"
        rows[3::7, 10] = ""
    rows[5::6, 4] = 7
    return case.model, rows, MIXED_COLUMNS


def fit(case):
    if case.mixed:
        return fit_mixed(case)
    x, y, names = load(case.data)
    if case.text_labels:
        y = np.array([f"class {v}" for v in y])
    train = x.copy()
    if case.missing:
        train[::7, 0] = np.nan
        train[3::11, -1] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", FutureWarning)
        case.model.fit(train, y)
    return case.model, rows_of(case, x), names


@contextlib.contextmanager
def numbers_for_flags():
    """skl2onnx 1.20 passes HistGradientBoosting's missing_go_to_left on as booleans, which protobuf 5 refuses."""
    make_attribute = onnx.helper.make_attribute

    def made(key, value, *rest, **more):
        if isinstance(value, list) and any(isinstance(v, (bool, np.bool_)) for v in value):
            value = [int(v) for v in value]
        return make_attribute(key, value, *rest, **more)

    onnx.helper.make_attribute = made
    try:
        yield
    finally:
        onnx.helper.make_attribute = make_attribute


def convert(case, model, width, names, **more_options):
    with numbers_for_flags():
        return converted(case, model, width, names, **more_options)


def converted(case, model, width, names, **more_options):
    dtype = {"float": np.float32, "double": np.float64}[case.dtype]
    options = {id(model): {**case.options, **more_options}} if case.options or more_options else None
    if case.mixed:
        kinds = {"number": FloatTensorType, "text": StringTensorType, "whole": Int64TensorType}
        types = [(name, kinds[name.split("_")[0]]([None, 1])) for name in names]
        return to_onnx(model, initial_types=types, options=options)
    if case.columns:
        types = [(name.replace(" ", "_"), FloatTensorType([None, 1])) for name in names]
        return to_onnx(model, initial_types=types, options=options)
    proto = to_onnx(model, np.zeros((1, width), dtype), options=options)
    if case.data == "wine":
        onnx.helper.set_model_props(proto, {"feature_names": str(names).replace("'", '"')})
    return proto


def answers(case, model, rows):
    """What scikit-learn answers, by method: float64 throughout, on the rows as the graph's type has them."""
    if case.mixed:
        rows = mixed_frame(case, rows)
    elif case.dtype == "float":
        rows = rows.astype(np.float32).astype(np.float64)
    result = {}
    for method in METHODS:
        if method not in case.methods or not hasattr(model, method):
            continue
        values = np.asarray(getattr(model, method)(rows))
        if method == "predict" and hasattr(model, "classes_"):
            values = np.searchsorted(model.classes_, values)
        values = values.astype(np.float64)
        result[method] = values.reshape(len(rows), -1)
    return result


def runtime_feeds(case, session, rows):
    if case.mixed:
        return mixed_feeds(case, rows)
    rows = rows.astype({"float": np.float32, "double": np.float64}[case.dtype])
    names = [value.name for value in session.get_inputs()]
    return {names[0]: rows} if len(names) == 1 else {name: rows[:, [i]] for i, name in enumerate(names)}


def runtime_answers(case, model, proto, rows):
    """What ONNX Runtime answers: predict, and predict_proba where the case has it."""
    if case.dtype == "double" and any(node.op_type in ("SVMRegressor", "Imputer") for node in proto.graph.node):
        return {}  # not implemented for double
    if case.dtype == "double" and any(node.op_type == "ZipMap" for node in proto.graph.node):
        proto = convert(case, model, rows.shape[1], [], zipmap=False)  # its ZipMap takes no double
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    given = session.run(None, runtime_feeds(case, session, rows))
    result = {}
    if not case.runtime_saturates:
        values = np.asarray(given[0])
        if hasattr(model, "classes_"):
            values = np.searchsorted(model.classes_, values)
        result["predict"] = values.astype(np.float64).reshape(len(rows), -1)
    if "predict_proba" in case.methods and hasattr(model, "predict_proba"):
        values = given[1]
        if isinstance(values, list):
            values = [[row[label] for label in model.classes_] for row in values]
        elif len(given) == len(model.classes_) + 1:
            values = np.stack(given[1:], axis=1)
        result["predict_proba"] = np.asarray(values, np.float64)
    return result


def text_columns(rows):
    """The columns of `rows` that hold text: those of an array of objects with str in them, None where missing."""
    if rows.dtype != object:
        return []
    return [c for c in range(rows.shape[1]) if any(isinstance(value, str) for value in rows[:, c])]


def packed(rows, classes, tolerance, sources):
    """The rows and answers as the C++ test reads them: little-endian, numbers as doubles.

    Columns of text follow at the end, where there are any: how many, then each one's number and its texts. In the
    table of numbers they are 0, or NaN where the text is missing (None).
    """
    def words(texts):
        encoded = [text.encode() for text in texts]
        return b"".join([struct.pack("<I", len(encoded)), *(struct.pack("<I", len(text)) + text for text in encoded)])

    table, text = rows.copy(), text_columns(rows)
    for c in text:
        table[:, c] = [np.nan if value is None else 0.0 for value in rows[:, c]]
    out = [b"PELTONOR", struct.pack("<Id", 1, tolerance), struct.pack("<II", *rows.shape), words(classes)]
    out.append(table.astype("<f8").tobytes())
    out.append(struct.pack("<I", sum(len(source) for source in sources)))
    for number, source in enumerate(sources):
        for method, values in source.items():
            out.append(struct.pack("<III", number, METHODS.index(method), values.shape[1]))
            out.append(values.astype("<f8").tobytes())
    if text:
        out.append(struct.pack("<I", len(text)))
        out += [struct.pack("<I", c) + words(value or "" for value in rows[:, c]) for c in text]
    return b"".join(out)


def expected_bytes(case, model, proto, rows):
    classes = [str(c) for c in getattr(model, "classes_", [])]
    return packed(rows, classes, case.allowed(),
                  [answers(case, model, rows), runtime_answers(case, model, proto, rows)])
