"""Regressors, classifiers, clusterings and outlier detectors, asked about rows that they have not seen."""

import warnings

import numpy as np
from sklearn import cluster, gaussian_process, linear_model, mixture, naive_bayes, neighbors
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cross_decomposition import PLSRegression
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (AdaBoostClassifier, AdaBoostRegressor, BaggingClassifier, BaggingRegressor,
                              GradientBoostingRegressor, IsolationForest, RandomForestClassifier,
                              RandomForestRegressor, StackingClassifier, StackingRegressor, VotingClassifier,
                              VotingRegressor)
from sklearn.gaussian_process.kernels import (RBF, ConstantKernel, DotProduct, ExpSineSquared, Matern, RationalQuadratic,
                                              WhiteKernel)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeRegressor

from oracle_cases import Case, both

SMALL = {"max_depth": 3, "random_state": 0}
LABELS = ("predict", "predict_proba")


def unseen(name, make, data, **more):
    return both(name, make, data, held_out=True, **more)


def linear_regressors():
    cases = []
    makers = {
        "ard": linear_model.ARDRegression, "bayesian_ridge": linear_model.BayesianRidge,
        "elastic_net_cv": linear_model.ElasticNetCV, "huber": lambda: linear_model.HuberRegressor(max_iter=500),
        "lars": linear_model.Lars, "lars_cv": linear_model.LarsCV, "lasso_cv": linear_model.LassoCV,
        "lasso_lars": lambda: linear_model.LassoLars(0.01), "lasso_lars_cv": linear_model.LassoLarsCV,
        "lasso_lars_ic": linear_model.LassoLarsIC, "omp": linear_model.OrthogonalMatchingPursuit,
        "omp_cv": linear_model.OrthogonalMatchingPursuitCV, "ridge_cv": linear_model.RidgeCV,
        "quantile": lambda: linear_model.QuantileRegressor(quantile=0.7, alpha=0.01),
        "sgd_regressor": lambda: linear_model.SGDRegressor(random_state=0),
        "passive_aggressive_regressor": lambda: linear_model.PassiveAggressiveRegressor(random_state=0),
        "theil_sen": lambda: linear_model.TheilSenRegressor(random_state=0, max_subpopulation=200),
        "ransac": lambda: linear_model.RANSACRegressor(random_state=0),
        "poisson": linear_model.PoissonRegressor, "gamma": linear_model.GammaRegressor,
        "tweedie": lambda: linear_model.TweedieRegressor(power=1.5, link="log"),
        "tweedie_identity": lambda: linear_model.TweedieRegressor(power=0),
    }
    for name, make in makers.items():
        cases += unseen(name, make, "diabetes")
    several = {
        "multi_task_elastic_net": lambda: linear_model.MultiTaskElasticNet(0.01),
        "multi_task_elastic_net_cv": linear_model.MultiTaskElasticNetCV,
        "multi_task_lasso": lambda: linear_model.MultiTaskLasso(0.01),
        "multi_task_lasso_cv": linear_model.MultiTaskLassoCV,
        "multi_output_ridge": lambda: MultiOutputRegressor(Ridge()),
        "pls": lambda: PLSRegression(n_components=2),
    }
    for name, make in several.items():
        cases += unseen(name, make, "diabetes2")
    cases += unseen("pls_linnerud", lambda: PLSRegression(n_components=2), "linnerud")
    cases += unseen("multi_output_tree", lambda: MultiOutputRegressor(DecisionTreeRegressor(**SMALL)), "diabetes2")
    return cases


def linear_classifiers():
    cases = []
    cases += unseen("logistic_cv", lambda: linear_model.LogisticRegressionCV(cv=3), "iris")
    cases += unseen("logistic_l1", lambda: LogisticRegression(C=0.3, l1_ratio=1.0, solver="saga", max_iter=500), "wine")
    cases += unseen("logistic_nocl", LogisticRegression, "wine", options={"nocl": True, "zipmap": False})
    cases += unseen("logistic_binary_text", LogisticRegression, "cancer", text_labels=True)
    cases += unseen("ridge_classifier_cv", linear_model.RidgeClassifierCV, "wine")
    cases += unseen("passive_aggressive", lambda: linear_model.PassiveAggressiveClassifier(random_state=0), "iris")
    cases += unseen("passive_aggressive_binary", lambda: linear_model.PassiveAggressiveClassifier(random_state=0), "cancer")
    cases += unseen("lda", LinearDiscriminantAnalysis, "wine")
    cases += unseen("lda_binary", LinearDiscriminantAnalysis, "cancer")
    cases += unseen("lda_shrunk", lambda: LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.2), "wine")
    cases += unseen("qda", QuadraticDiscriminantAnalysis, "iris")
    cases += unseen("qda_binary", lambda: QuadraticDiscriminantAnalysis(reg_param=0.1), "cancer")
    cases += unseen("linear_svc_columns", lambda: make_pipeline(StandardScaler(), LinearSVC()), "iris", columns=True)
    return cases


def bayes():
    cases = []
    cases += unseen("gaussian_nb", naive_bayes.GaussianNB, "wine")
    cases += unseen("gaussian_nb_text", naive_bayes.GaussianNB, "iris", text_labels=True)
    cases += unseen("bernoulli_nb", naive_bayes.BernoulliNB, "wine")
    cases += unseen("multinomial_nb", naive_bayes.MultinomialNB, "wine_positive")
    cases += unseen("multinomial_nb_digits", naive_bayes.MultinomialNB, "digits")
    cases += unseen("complement_nb", naive_bayes.ComplementNB, "wine_positive")
    cases += unseen("complement_nb_normed", lambda: naive_bayes.ComplementNB(norm=True), "iris_positive")
    cases += [Case("categorical_nb_int64", naive_bayes.CategoricalNB(), "wine_levels", "int64", held_out=True)]
    cases += [Case("bernoulli_nb_int64", naive_bayes.BernoulliNB(), "wine_levels", "int64", held_out=True)]
    return cases


def neighbours():
    cases = []
    ways = {
        "": {}, "_distance": {"weights": "distance"}, "_manhattan": {"metric": "manhattan"},
        "_minkowski": {"metric": "minkowski", "p": 3}, "_chebyshev": {"metric": "chebyshev"},
        "_cosine": {"metric": "cosine"},
    }
    for name, way in ways.items():
        cases += unseen(f"knn_regressor{name}", lambda way=way: neighbors.KNeighborsRegressor(4, **way), "diabetes_small")
        cases += unseen(f"knn_classifier{name}", lambda way=way: neighbors.KNeighborsClassifier(4, **way), "iris")
    cases += unseen("knn_multi_output", lambda: neighbors.KNeighborsRegressor(3), "diabetes2")
    cases += unseen("knn_cdist", lambda: neighbors.KNeighborsRegressor(3), "diabetes_small",
                    options={"optim": "cdist"})
    cases += unseen("knn_text", lambda: neighbors.KNeighborsClassifier(3), "wine", text_labels=True)
    cases += unseen("radius_regressor", lambda: neighbors.RadiusNeighborsRegressor(6.0), "diabetes_small")
    cases += unseen("radius_regressor_distance",
                    lambda: neighbors.RadiusNeighborsRegressor(6.0, weights="distance"), "diabetes_small")
    cases += unseen("radius_classifier", lambda: neighbors.RadiusNeighborsClassifier(4.0), "iris")
    return cases


def processes():
    cases = []
    kernels = {
        "rbf": ConstantKernel(2.0) * RBF(3.0) + WhiteKernel(0.5), "matern": Matern(3.0, nu=1.5) + WhiteKernel(0.5),
        "quadratic": RationalQuadratic(2.0, 1.0) + WhiteKernel(0.5), "sine": ExpSineSquared(3.0, 8.0) + WhiteKernel(9.0),
        "dot": DotProduct() + WhiteKernel(0.5),
    }
    for name, kernel in kernels.items():
        cases += unseen(f"gaussian_process_{name}",
                        lambda kernel=kernel: gaussian_process.GaussianProcessRegressor(kernel, optimizer=None),
                        "diabetes_small", methods=("predict",))
    cases += unseen("gaussian_process_normalized",
                    lambda: gaussian_process.GaussianProcessRegressor(RBF(3.0), alpha=0.5, optimizer=None,
                                                                      normalize_y=True), "diabetes_small")
    cases += unseen("gaussian_process_classifier", lambda: gaussian_process.GaussianProcessClassifier(RBF(2.0)),
                    "cancer_small")
    cases += unseen("gaussian_process_classifier_multi", lambda: gaussian_process.GaussianProcessClassifier(RBF(2.0)),
                    "iris")
    return cases


def ensembles():
    cases = []
    few = {"n_estimators": 6, "random_state": 0}
    tree, logistic = lambda: DecisionTreeClassifier(**SMALL), lambda: LogisticRegression(max_iter=500)
    cases += unseen("ada_boost", lambda: AdaBoostClassifier(**few), "iris")
    cases += unseen("ada_boost_binary", lambda: AdaBoostClassifier(**few), "cancer")
    cases += unseen("ada_boost_regressor", lambda: AdaBoostRegressor(**few), "diabetes")
    cases += unseen("bagging_trees", lambda: BaggingClassifier(tree(), **few), "wine")
    cases += unseen("bagging_logistic", lambda: BaggingClassifier(logistic(), max_features=0.5, **few), "iris")
    cases += unseen("bagging_svc", lambda: BaggingClassifier(SVC(), **few), "iris")
    cases += unseen("bagging_regressor", lambda: BaggingRegressor(DecisionTreeRegressor(**SMALL), **few), "diabetes")
    cases += unseen("bagging_ridge", lambda: BaggingRegressor(Ridge(), max_features=0.6, **few), "diabetes")
    pair = lambda: [("line", logistic()), ("tree", tree())]
    cases += unseen("voting_soft", lambda: VotingClassifier(pair(), voting="soft", weights=np.array([2, 1])), "wine")
    cases += unseen("voting_hard", lambda: VotingClassifier(pair(), voting="hard", flatten_transform=False), "iris", methods=("predict",))
    cases += unseen("voting_regressor", lambda: VotingRegressor([("line", Ridge()), ("near", neighbors.KNeighborsRegressor(3))],
                                                                weights=np.array([1, 3])), "diabetes_small")
    cases += unseen("stacking", lambda: StackingClassifier(pair(), LogisticRegression(), cv=3), "iris")
    cases += unseen("stacking_binary", lambda: StackingClassifier(pair(), LogisticRegression(), cv=3), "cancer")
    cases += unseen("stacking_passthrough",
                    lambda: StackingClassifier(pair(), LogisticRegression(max_iter=500), cv=3, passthrough=True), "wine")
    cases += unseen("stacking_regressor",
                    lambda: StackingRegressor([("line", Ridge()), ("tree", DecisionTreeRegressor(**SMALL))], Ridge(), cv=3),
                    "diabetes")
    cases += unseen("one_vs_one", lambda: OneVsOneClassifier(LogisticRegression()), "iris")
    cases += unseen("one_vs_one_svc", lambda: OneVsOneClassifier(LinearSVC()), "wine")
    cases += unseen("one_vs_rest_trees", lambda: OneVsRestClassifier(tree()), "iris")
    cases += unseen("one_vs_rest_svc", lambda: OneVsRestClassifier(LinearSVC()), "iris")
    cases += unseen("one_vs_rest_binary", lambda: OneVsRestClassifier(LogisticRegression()), "cancer")
    cases += unseen("calibrated_sigmoid", lambda: CalibratedClassifierCV(LinearSVC(), cv=3), "iris")
    cases += unseen("calibrated_sigmoid_binary", lambda: CalibratedClassifierCV(LinearSVC(), cv=3), "cancer")
    cases += unseen("calibrated_isotonic",
                    lambda: CalibratedClassifierCV(naive_bayes.GaussianNB(), method="isotonic", cv=3), "iris")
    cases += unseen("calibrated_isotonic_binary",
                    lambda: CalibratedClassifierCV(tree(), method="isotonic", cv=3), "cancer")
    cases += unseen("grid_search", lambda: GridSearchCV(logistic(), {"C": [0.1, 1.0]}, cv=3), "iris")
    cases += unseen("grid_search_regressor", lambda: GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=3), "diabetes")
    cases += unseen("tuned_threshold", lambda: TunedThresholdClassifierCV(LogisticRegression(), cv=3), "cancer")
    cases += unseen("multi_output_logistic", lambda: MultiOutputClassifier(LogisticRegression()), "cancer2")
    cases += unseen("forest_unseen", lambda: RandomForestClassifier(n_estimators=5, max_depth=3, random_state=0), "iris",
                    methods=LABELS)
    cases += unseen("extra_tree_regressor", lambda: ExtraTreeRegressor(**SMALL), "diabetes")
    cases += unseen("forest_regressor", lambda: RandomForestRegressor(n_estimators=5, **SMALL), "diabetes")
    cases += unseen("gradient_boosting_regressor", lambda: GradientBoostingRegressor(n_estimators=5, **SMALL), "diabetes")
    cases += unseen("forest_decision_path", lambda: RandomForestClassifier(n_estimators=3, **SMALL), "iris",
                    options={"zipmap": False, "decision_leaf": True}, methods=LABELS)
    cases += unseen("mlp_multi_output", lambda: MLPRegressor(hidden_layer_sizes=(6,), max_iter=200, random_state=0), "diabetes2")
    cases += unseen("mlp_early", lambda: MLPClassifier((12, 6), early_stopping=True, random_state=0), "digits",
                    methods=LABELS)
    cases += unseen("svr_unseen", lambda: SVR(C=10), "diabetes_small", tolerance=1e-5)
    return cases


def clusters():
    cases = []
    distances = {"predict": "predict", "decision_function": "transform"}
    cases += unseen("kmeans", lambda: cluster.KMeans(4, n_init=1, random_state=0), "iris", methods=distances)
    cases += unseen("minibatch_kmeans", lambda: cluster.MiniBatchKMeans(5, n_init=1, random_state=0), "wine",
                    methods=distances)
    for kind in ("full", "tied", "diag", "spherical"):
        cases += unseen(f"gaussian_mixture_{kind}",
                        lambda kind=kind: mixture.GaussianMixture(3, covariance_type=kind, random_state=0), "iris",
                        methods=LABELS)
    cases += unseen("bayesian_mixture", lambda: mixture.BayesianGaussianMixture(n_components=3, random_state=0), "wine",
                    methods=LABELS)
    return cases


def outliers():
    cases = []
    verdict = ("predict", "decision_function")
    cases += unseen("isolation_forest", lambda: IsolationForest(n_estimators=10, random_state=0), "iris", methods=verdict,
                    opset={"": 18, "ai.onnx.ml": 3})
    cases += unseen("local_outlier", lambda: neighbors.LocalOutlierFactor(8, novelty=True), "iris", methods=verdict)
    cases += unseen("sgd_one_class", lambda: linear_model.SGDOneClassSVM(nu=0.2, random_state=0), "iris", methods=verdict)
    return cases


def cases():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return (linear_regressors() + linear_classifiers() + bayes() + neighbours() + processes() + ensembles() +
                clusters() + outliers())
