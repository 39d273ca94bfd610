"""Fits the article's linear regression and saves it where the peers load it: fit_model.py FILE."""

import sys

import joblib
from sklearn.linear_model import LinearRegression

model = LinearRegression().fit([[1, 2], [3, 4], [5, 6]], [1, 3, 5])
joblib.dump(model, sys.argv[1])
