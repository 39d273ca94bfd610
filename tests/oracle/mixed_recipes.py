"""Categories of text and whole numbers beside numbers, as tables in practice have them, with values missing and unknown."""

import numpy as np
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder
from sklearn.svm import SVC

from oracle_cases import Case


def table_steps(categories):
    """What most tables are brought to numbers by; columns by name: those of text, the whole numbers, the others."""
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    wholes = OneHotEncoder(handle_unknown="ignore")
    return make_column_transformer((numbers, make_column_selector("^number")),
                                   (categories, make_column_selector("^text")),
                                   (wholes, make_column_selector("^whole")))


def gaps(missing, missing_text):
    """Takes values out of the training data."""
    def change(table):
        if missing_text is not False:
            table.loc[::9, "text_0"] = None
        if missing:
            table.loc[::7, "number_0"] = np.nan
    return change


def harder(missing, missing_text, unknown_texts):
    """Takes values out of the rows asked, and puts such in as training did not have."""
    def change(rows):
        rows.loc[15, ["number_0", "number_1", "number_2"]] = [1e4, -1e4, 0.0]
        if missing:
            rows.loc[::3, "number_0"] = np.nan
        if missing_text is not False:
            rows.loc[::4, "text_0"] = None
        if unknown_texts:
            rows.loc[1::4, "text_1"] = "none of them"
            rows.loc[2::5, "text_2"] = "Fair ä ä"
            rows.loc[3::7, "text_3"] = ""
        rows.loc[5::6, "whole_0"] = 7
    return change


def case(name, model, data, categories=None, missing=False, missing_text=False, unknown_texts=True, **more):
    categories = OneHotEncoder(handle_unknown="ignore") if categories is None else categories
    return Case(f"mixed_{name}_float", make_pipeline(table_steps(categories), model), f"{data}_mixed",
                missing_text=missing_text, change_training=gaps(missing, missing_text),
                change_rows=harder(missing, missing_text, unknown_texts), **more)


def cases():
    def ordinal():
        return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)

    def logistic():
        return LogisticRegression(max_iter=1000)

    few = {"n_estimators": 8, "max_depth": 4, "random_state": 0}
    labels = ("predict", "predict_proba")
    imputed = make_pipeline(SimpleImputer(strategy="most_frequent", missing_values=""), OneHotEncoder())
    return [
        case("logistic", logistic(), "cancer", missing=True),
        case("logistic_multinomial", logistic(), "wine", text_labels=True),
        case("logistic_known", logistic(), "wine", OneHotEncoder(), unknown_texts=False),
        case("logistic_drop", logistic(), "wine", OneHotEncoder(drop="first"), unknown_texts=False),
        case("ridge", Ridge(), "diabetes", missing=True),
        case("forest", RandomForestClassifier(**few), "wine", methods=labels),
        case("boosting", GradientBoostingRegressor(**few), "diabetes", ordinal()),
        case("mlp", MLPClassifier((8,), max_iter=80, random_state=0), "wine", methods=labels),
        case("svc", SVC(gamma=0.05), "wine", ordinal()),
        case("ordinal_forest", RandomForestClassifier(**few), "cancer", ordinal(), methods=labels),
        case("target", Ridge(), "diabetes", TargetEncoder(target_type="continuous", random_state=0)),
        case("missing_text", logistic(), "wine", missing_text=np.nan),
        case("missing_none", logistic(), "wine", missing_text=None, missing=True),
        case("imputed_text", logistic(), "wine", imputed, missing_text="", unknown_texts=False),
    ]
