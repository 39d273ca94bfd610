"""Pipelines over tables: numbers and words in named columns, and text."""

from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import (GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier,
                              RandomForestClassifier, RandomForestRegressor)
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from oracle_cases import Case, both

TRANSFORM = {"predict": "transform"}
NUMBERS = {
    "penguins": ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"],
    "cars": ["Displacement", "Horsepower", "Weight_in_lbs", "Acceleration", "Cylinders"],
    "barley": [], "weather": ["precipitation", "temp_max", "temp_min", "wind"],
}
WORDS = {
    "penguins": ["island", "sex"], "cars": ["Origin", "Maker"], "barley": ["variety", "site", "year"],
    "weather": ["month"],
}


def prepared(data, words=None, scaler=StandardScaler):
    """Numbers imputed and scaled, words one-hot (or as told)."""
    numbers = make_pipeline(SimpleImputer(), scaler())
    words = OneHotEncoder(handle_unknown="ignore") if words is None else words
    steps = [("numbers", numbers, NUMBERS[data]), ("words", words, WORDS[data])]
    return ColumnTransformer([step for step in steps if step[2]])


def table(name, make, data, **more):
    # The operator of the imputer keeps the values to fill in as float.
    if not NUMBERS[data]:  # the graph has no input that could be double
        return [Case(f"{name}_float", make(), data, held_out=True, **more)]
    return both(name, make, data, held_out=True, **{"tolerance": 1e-5, **more})


def estimators():
    cases = []
    small = {"max_depth": 3, "random_state": 0}
    few = {"n_estimators": 5, **small}
    classifiers = {
        "logistic": lambda: LogisticRegression(max_iter=500), "tree": lambda: DecisionTreeClassifier(**small),
        "forest": lambda: RandomForestClassifier(**few), "boosting": lambda: GradientBoostingClassifier(**few),
        "knn": lambda: KNeighborsClassifier(3), "svc": lambda: SVC(),
        "mlp": lambda: MLPClassifier((8,), max_iter=100, random_state=0),
        "sgd": lambda: SGDClassifier(loss="log_loss", random_state=0),
    }
    for name, make in classifiers.items():
        methods = ("predict",) if name == "svc" else ("predict", "predict_proba")
        cases += table(f"penguins_{name}", lambda make=make: make_pipeline(prepared("penguins"), make()), "penguins",
                       methods=(*methods, "decision_function"))
    regressors = {
        "ridge": Ridge, "forest": lambda: RandomForestRegressor(**few), "boosting": lambda: GradientBoostingRegressor(**few),
    }
    for name, make in regressors.items():
        cases += table(f"cars_{name}", lambda make=make: make_pipeline(prepared("cars"), make()), "cars")
    cases += table("barley_ridge", lambda: make_pipeline(prepared("barley"), Ridge()), "barley")
    cases += table("barley_tree", lambda: make_pipeline(prepared("barley"), RandomForestRegressor(**few)), "barley")
    cases += table("weather_logistic",
                   lambda: make_pipeline(prepared("weather", scaler=MinMaxScaler), LogisticRegression(max_iter=500)),
                   "weather")
    cases += table("weather_hist_boosting",
                   lambda: make_pipeline(prepared("weather"), HistGradientBoostingClassifier(max_iter=4, random_state=0)),
                   "weather")
    return cases


def encoders():
    cases = []
    unknown = lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    cases += table("cars_ordinal_forest",
                   lambda: make_pipeline(prepared("cars", unknown()), RandomForestRegressor(n_estimators=5, max_depth=3,
                                                                                            random_state=0)), "cars")
    cases += table("barley_ordinal", lambda: make_pipeline(prepared("barley", OrdinalEncoder()), Ridge()), "barley")
    cases += table("barley_target", lambda: make_pipeline(prepared("barley", TargetEncoder(random_state=0)), Ridge()), "barley")
    cases += table("barley_onehot_drop", lambda: make_pipeline(prepared("barley", OneHotEncoder(drop="first")), Ridge()),
                   "barley")
    cases += table("cars_infrequent", lambda: make_pipeline(
        prepared("cars", OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10)), Ridge()), "cars")
    cases += table("penguins_prepared", lambda: prepared("penguins"), "penguins", methods=TRANSFORM)
    cases += table("barley_onehot", lambda: prepared("barley"), "barley", methods=TRANSFORM)
    cases += table("barley_ordinals", lambda: prepared("barley", OrdinalEncoder()), "barley", methods=TRANSFORM)
    return cases


def maps():
    """Rows that are dicts."""
    options = {"options": {"zipmap": False}}
    cases = both("cars_map_ridge", lambda: make_pipeline(DictVectorizer(), MaxAbsScaler(), Ridge()), "cars", maps=True,
                 held_out=True)
    # In double the file would compare with thresholds that are rounded to float, and ONNX Runtime runs no such map.
    forest = make_pipeline(DictVectorizer(), RandomForestClassifier(n_estimators=5, max_depth=4, random_state=0))
    cases.append(Case("penguins_map_forest_float", forest, "penguins", maps=True, held_out=True, **options))
    cases += both("penguins_map_logistic",
                  lambda: make_pipeline(DictVectorizer(), MaxAbsScaler(), LogisticRegression(max_iter=500)), "penguins",
                  maps=True, held_out=True, **options)
    cases += both("weather_map_only", DictVectorizer, "weather", maps=True, held_out=True, methods=TRANSFORM)
    return cases


def text():
    def read(vectorizer, *steps):
        return lambda: make_pipeline(ColumnTransformer([("text", vectorizer(), "text")]), *(step() for step in steps))

    logistic = lambda: LogisticRegression(max_iter=500)
    ways = {
        "tfidf_logistic": read(TfidfVectorizer, logistic),
        "tfidf_sublinear": read(lambda: TfidfVectorizer(sublinear_tf=True, min_df=2), logistic),
        "tfidf_bigrams": read(lambda: TfidfVectorizer(ngram_range=(1, 2), min_df=2), logistic),
        "tfidf_stop_words": read(lambda: TfidfVectorizer(stop_words="english"), logistic),
        "tfidf_cased": read(lambda: TfidfVectorizer(lowercase=False, min_df=2), logistic),
        "tfidf_words": read(lambda: TfidfVectorizer(token_pattern=r"[a-zA-Z]+", min_df=2), logistic),
        "tfidf_chars": read(lambda: TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=3), logistic),
        "tfidf_svc": read(TfidfVectorizer, LinearSVC),
        "tfidf_sgd": read(TfidfVectorizer, lambda: SGDClassifier(random_state=0)),
        "tfidf_svd": read(TfidfVectorizer, lambda: TruncatedSVD(8, random_state=0), logistic),
        "count_nb": read(CountVectorizer, MultinomialNB),
        "count_complement_nb": read(CountVectorizer, ComplementNB),
        "count_binary": read(lambda: CountVectorizer(binary=True), logistic),
        "count_tfidf": read(CountVectorizer, TfidfTransformer, logistic),
    }
    cases = []
    for name, make in ways.items():
        cases += [Case(f"{name}_float", make(), "sentences", held_out=True)]
    for name, vectorizer in {"tfidf": TfidfVectorizer, "count": CountVectorizer}.items():
        cases += [Case(f"{name}_float", ColumnTransformer([("text", vectorizer(min_df=2), "text")]), "sentences",
                       held_out=True, methods=TRANSFORM)]
    return cases


def cases():
    return estimators() + encoders() + maps() + text()
