"""Models that Pelton is held against whose answers are compared on rows far away, too.

More are in estimator_recipes.py, transformer_recipes.py and table_recipes.py; oracle_cases.py says what a case is and
catalogue.py lists them all. make_fixtures.py writes them for the C++ test; the live test fits them again.
"""

from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, GradientBoostingClassifier,
                              GradientBoostingRegressor, HistGradientBoostingClassifier, HistGradientBoostingRegressor,
                              RandomForestClassifier, RandomForestRegressor, VotingRegressor)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (ElasticNet, Lasso, LinearRegression, LogisticRegression, Perceptron, Ridge,
                                  RidgeClassifier, SGDClassifier)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, Normalizer, RobustScaler, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR, NuSVC, NuSVR, OneClassSVM
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

from oracle_cases import Case, both


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


def cases():
    return linear() + machines() + networks() + trees() + pipelines()
