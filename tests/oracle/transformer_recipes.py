"""What comes before an estimator, alone and before one: scalers, encoders, imputers, selections, projections."""

import numpy as np
from sklearn import decomposition, feature_selection, preprocessing, random_projection
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomTreesEmbedding
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsTransformer, NeighborhoodComponentsAnalysis
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union

from oracle_cases import Case, both

TRANSFORM = {"predict": "transform"}


def alone(name, make, data, **more):
    return both(name, make, data, held_out=True, methods=TRANSFORM, **more)


def scalers():
    cases = []
    makers = {
        "standard_scaler": preprocessing.StandardScaler, "minmax_scaler": preprocessing.MinMaxScaler,
        "maxabs_scaler": preprocessing.MaxAbsScaler, "robust_scaler": preprocessing.RobustScaler,
        "normalizer": preprocessing.Normalizer, "binarizer": lambda: preprocessing.Binarizer(threshold=2.5),
        "yeo_johnson": preprocessing.PowerTransformer,
        "quantile_uniform": lambda: preprocessing.QuantileTransformer(n_quantiles=20),
        "polynomial": lambda: preprocessing.PolynomialFeatures(2),
        "polynomial_3": lambda: preprocessing.PolynomialFeatures(3, include_bias=False),
        "interactions": lambda: preprocessing.PolynomialFeatures(2, interaction_only=True),
        "kbins_ordinal": lambda: preprocessing.KBinsDiscretizer(4, encode="ordinal", quantile_method="linear"),
        "kbins_onehot": lambda: preprocessing.KBinsDiscretizer(3, encode="onehot-dense", quantile_method="linear"),
        "kbins_uniform": lambda: preprocessing.KBinsDiscretizer(5, encode="onehot", strategy="uniform"),
        "identity": preprocessing.FunctionTransformer,
    }
    for name, make in makers.items():
        cases += alone(name, make, "iris_raw")
    cases += alone("box_cox", lambda: preprocessing.PowerTransformer("box-cox"), "iris_raw")
    cases += alone("box_cox_unscaled", lambda: preprocessing.PowerTransformer("box-cox", standardize=False), "iris_raw")
    return cases


def projections():
    cases = []
    makers = {
        "pca": lambda: decomposition.PCA(4), "pca_whiten": lambda: decomposition.PCA(4, whiten=True),
        "incremental_pca": lambda: decomposition.IncrementalPCA(3),
        "truncated_svd": lambda: decomposition.TruncatedSVD(3, random_state=0),
        "kernel_pca_rbf": lambda: decomposition.KernelPCA(3, kernel="rbf", gamma=0.1),
        "kernel_pca_poly": lambda: decomposition.KernelPCA(3, kernel="poly", gamma=0.1),
        "kernel_pca_cosine": lambda: decomposition.KernelPCA(3, kernel="cosine"),
        "kernel_pca_sigmoid": lambda: decomposition.KernelPCA(3, kernel="sigmoid", gamma=0.01),
        "kernel_pca_linear": lambda: decomposition.KernelPCA(3),
        "neighbourhood_components": lambda: NeighborhoodComponentsAnalysis(3, random_state=0, max_iter=30),
        "random_projection": lambda: random_projection.GaussianRandomProjection(5, random_state=0),
    }
    for name, make in makers.items():
        cases += alone(name, make, "wine")
    cases += alone("trees_embedding", lambda: RandomTreesEmbedding(4, max_depth=3, random_state=0), "iris")
    cases += both("pca_logistic", lambda: make_pipeline(decomposition.PCA(5), LogisticRegression()), "wine", held_out=True)
    cases += both("kernel_pca_ridge", lambda: make_pipeline(decomposition.KernelPCA(5, kernel="rbf"), Ridge()),
                  "diabetes_small", held_out=True)
    cases += both("polynomial_ridge", lambda: make_pipeline(preprocessing.PolynomialFeatures(2), Ridge()), "diabetes",
                  held_out=True)
    # A power of nearly 0 comes from the difference of two nearly equal floats.
    cases += both("power_logistic", lambda: make_pipeline(preprocessing.PowerTransformer(), LogisticRegression()),
                  "wine_raw", held_out=True, tolerance=5e-5)
    cases += both("quantile_ridge", lambda: make_pipeline(preprocessing.QuantileTransformer(n_quantiles=30), Ridge()),
                  "diabetes_raw", held_out=True)
    cases += both("kbins_logistic", lambda: make_pipeline(
        preprocessing.KBinsDiscretizer(3, quantile_method="linear"), LogisticRegression()), "iris_raw", held_out=True)
    return cases


def selections():
    cases = []
    makers = {
        "select_k_best": lambda: feature_selection.SelectKBest(k=4),
        "select_percentile": lambda: feature_selection.SelectPercentile(percentile=30),
        "select_fdr": feature_selection.SelectFdr, "select_fpr": feature_selection.SelectFpr,
        "select_fwe": feature_selection.SelectFwe,
        "select_generic": lambda: feature_selection.GenericUnivariateSelect(mode="k_best", param=3),
        "variance_threshold": lambda: feature_selection.VarianceThreshold(0.5),
        "select_from_model": lambda: feature_selection.SelectFromModel(RandomForestClassifier(5, random_state=0)),
        "rfe": lambda: feature_selection.RFE(LogisticRegression(), n_features_to_select=5),
        "rfecv": lambda: feature_selection.RFECV(LogisticRegression(), cv=3),
    }
    for name, make in makers.items():
        cases += alone(name, make, "wine_raw" if name == "variance_threshold" else "wine")
    cases += both("select_lasso_ridge", lambda: make_pipeline(feature_selection.SelectFromModel(Lasso(0.05)), Ridge()),
                  "diabetes", held_out=True)
    cases += both("k_best_logistic", lambda: make_pipeline(feature_selection.SelectKBest(k=5), LogisticRegression()),
                  "wine", held_out=True)
    return cases


def imputers():
    cases = []
    for strategy in ("mean", "median", "most_frequent", "constant"):
        cases += alone(f"imputer_{strategy}", lambda strategy=strategy: SimpleImputer(strategy=strategy, fill_value=(
            0.5 if strategy == "constant" else None)), "iris_raw", missing=True, tolerance=1e-5)
    # Of data whose rows are not equally far from one another: see "Left out" in README.md.
    cases += alone("knn_imputer", lambda: KNNImputer(n_neighbors=3), "diabetes_raw", missing=True)
    cases += both("knn_imputer_logistic", lambda: make_pipeline(KNNImputer(n_neighbors=3), LogisticRegression()), "wine",
                  missing=True, held_out=True, methods=("predict", "predict_proba"))
    return cases


def encoders():
    cases = []
    whole = {"held_out": True, "methods": TRANSFORM}
    cases += alone("onehot_numbers", lambda: preprocessing.OneHotEncoder(handle_unknown="ignore"), "wine_levels")
    cases += [Case("onehot_int64", preprocessing.OneHotEncoder(), "wine_levels", "int64", **whole)]
    cases += [Case("onehot_drop_int64", preprocessing.OneHotEncoder(drop="first"), "wine_levels", "int64", **whole)]
    cases += [Case("ordinal_int64", preprocessing.OrdinalEncoder(), "wine_levels", "int64", **whole)]
    cases += [Case("target_encoder_int64", preprocessing.TargetEncoder(target_type="continuous", random_state=0),
                   "diabetes_levels", "int64", **whole)]
    cases += [Case("label_binarizer_int64", preprocessing.LabelBinarizer(), "wine", "int64", methods=TRANSFORM)]
    cases += [Case("label_encoder_int64", preprocessing.LabelEncoder(), "wine", "int64", methods=TRANSFORM)]
    cases += [Case("label_binarizer_text", preprocessing.LabelBinarizer(), "wine", methods=TRANSFORM, text_labels=True)]
    cases += [Case("label_encoder_text", preprocessing.LabelEncoder(), "wine", methods=TRANSFORM, text_labels=True)]
    return cases


def unions():
    cases = []
    cases += alone("union", lambda: make_union(preprocessing.StandardScaler(), decomposition.PCA(2)), "iris_raw")
    cases += alone("union_weighted", lambda: FeatureUnion(
        [("scaled", preprocessing.MinMaxScaler()), ("best", feature_selection.SelectKBest(k=2))],
        transformer_weights={"scaled": 2.0}), "iris_raw")
    cases += alone("column_transformer", lambda: ColumnTransformer(
        [("scaled", preprocessing.StandardScaler(), [0, 2]), ("ranged", preprocessing.MinMaxScaler(), [1])],
        remainder="passthrough"), "iris_raw")
    cases += alone("column_transformer_drop", lambda: ColumnTransformer(
        [("scaled", preprocessing.RobustScaler(), slice(1, 3)), ("kept", "passthrough", [0])]), "iris_raw")
    cases += both("union_ridge", lambda: make_pipeline(
        make_union(preprocessing.StandardScaler(), decomposition.PCA(3)), Ridge()), "diabetes_raw", held_out=True)
    return cases


def cases():
    return scalers() + projections() + selections() + imputers() + encoders() + unions()
