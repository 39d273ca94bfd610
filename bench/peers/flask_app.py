"""The article's server: Flask, a fitted scikit-learn model from joblib, one route."""

import os

import joblib
from flask import Flask, jsonify, request

app = Flask(__name__)
model = joblib.load(os.environ["PEERS_MODEL"])


@app.route("/predict", methods=["POST"])
def predict():
    data = request.get_json()
    return jsonify(result=float(model.predict([data["x"]])[0]))
