"""The data that models are fitted on: real, and inside packages, so that nothing is fetched.

Numbers are scikit-learn's bundled sets. Columns of words come from palmerpenguins (Horst, Hill and Gorman, CC0) and
vega_datasets (BSD-3-Clause): penguins of three islands, cars of three continents, barley of six farms, the weather of
Seattle. Text is the descriptions that come with scikit-learn's sets, a sentence a row: which set is it about?
"""

import functools
import re

import numpy as np
import pandas
import palmerpenguins
from sklearn import datasets
from sklearn.preprocessing import StandardScaler
from vega_datasets import local_data

LOADERS = {
    "iris": datasets.load_iris, "wine": datasets.load_wine, "cancer": datasets.load_breast_cancer,
    "digits": datasets.load_digits, "linnerud": datasets.load_linnerud,
    "diabetes": functools.partial(datasets.load_diabetes, scaled=False),
}


def load(data):
    """Features, target and feature names: a matrix of numbers, or a DataFrame where the set is one of TABLES.

    Matrices are scaled to unit variance unless the name says raw. The name's other endings: small (160 rows),
    positive (no value below 0), levels (four whole numbers a feature), mixed (a table: see mixed), 2 (two targets).
    """
    if data in TABLES:
        table, target = TABLES[data]()
        return table, target, list(table.columns)
    base = data.split("_")[0].rstrip("2")
    bunch = LOADERS[base]()
    x, y, names = bunch.data.astype(np.float64), bunch.target, list(bunch.feature_names)
    if data == "diabetes2":
        y = np.c_[y, np.sqrt(y)]
    if data == "cancer2":
        y = np.c_[y, x[:, 0] > 14]
    if base == "digits":
        x = x / 16
    elif data.endswith("positive"):
        x = x - x.min(axis=0)
    elif data.endswith("mixed"):
        return mixed(x), y / 100 if base == "diabetes" else y, MIXED_COLUMNS
    elif data.endswith("levels"):
        x = levels(x)
    elif not data.endswith("raw"):
        x = StandardScaler().fit_transform(x)
    if data.endswith("small"):
        keep = np.random.RandomState(1).permutation(len(x))[:160]
        x, y = x[keep], y[keep]
    if base == "diabetes":
        y = y / 100
    return x, y, names


def levels(x):
    """Each feature's quarter: 0 to 3."""
    return np.stack([np.searchsorted(np.quantile(column, [0.25, 0.5, 0.75]), column) for column in x.T], 1).astype(float)


MIXED_COLUMNS = ["number_0", "text_0", "number_1", "text_1", "whole_0", "number_2", "number_3", "text_2", "number_4",
                 "number_5", "text_3"]
QUARTERS = np.array(["low", "fair", "high", "top of all"], object)


def mixed(x):
    """The first six features, four more by the names of the quarters they lie in, the first again by tenths."""
    def place(column, parts):
        return np.searchsorted(np.quantile(column, np.arange(1, parts) / parts), column)

    columns = {f"number_{i}": x[:, i] for i in range(6)}
    for i in range(4):
        columns[f"text_{i}"] = QUARTERS[place(x[:, 6 + i], 4)] + " ä" * i
    columns["whole_0"] = 10 * place(x[:, 0], 10) - 20
    return pandas.DataFrame({name: pandas.Series(columns[name], dtype=columns[name].dtype) for name in MIXED_COLUMNS})


def penguins():
    """Numbers and words; some numbers are missing."""
    table = palmerpenguins.load_penguins()
    table = table[table["sex"].notna() | (table.index % 2 == 0)].reset_index(drop=True)
    numbers = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
    x = table[numbers].astype(np.float64)
    x["island"] = table["island"].astype(object)
    x["sex"] = table["sex"].astype(object).where(table["sex"].notna(), "unknown")
    return x, table["species"].to_numpy(object)


def cars():
    """Fuel consumption by numbers and words; the maker is the first word of the name."""
    table = local_data.cars()
    table = table[table["Miles_per_Gallon"].notna()].reset_index(drop=True)
    x = table[["Displacement", "Horsepower", "Weight_in_lbs", "Acceleration"]].astype(np.float64)
    x["Cylinders"] = table["Cylinders"].astype(np.float64)
    x["Origin"] = table["Origin"].astype(object)
    x["Maker"] = table["Name"].str.split().str[0].astype(object)
    return x, table["Miles_per_Gallon"].to_numpy(np.float64)


def barley():
    """Yields of 120 fields; all that is known of each are words, and the year."""
    table = local_data.barley()
    x = pandas.DataFrame({name: table[name].astype(object) for name in ("variety", "site")})
    x["year"] = table["year"].astype(str).astype(object)
    return x, table["yield"].to_numpy(np.float64)


def weather():
    """Drizzle, fog, rain, snow or sun; the month is a word."""
    table = local_data.seattle_weather()
    x = table[["precipitation", "temp_max", "temp_min", "wind"]].astype(np.float64)
    x["month"] = table["date"].dt.strftime("%b").astype(object)
    return x[::3].reset_index(drop=True), table["weather"].to_numpy(object)[::3]


def sentences():
    """Sentences of the descriptions of scikit-learn's data sets, and which set each is of."""
    text, about = [], []
    for name, loader in LOADERS.items():
        for part in re.split(r"(?<=[.:;])\s+|\n\s*\n", loader().DESCR):
            words = " ".join(part.split())
            if len(words) >= 20:
                text.append(words)
                about.append(name)
    return pandas.DataFrame({"text": np.array(text, object)}), np.array(about, object)


TABLES = {"penguins": penguins, "cars": cars, "barley": barley, "weather": weather, "sentences": sentences}
