"""Keras' exports: python keras_fixtures.py DIRECTORY writes the fixtures (needs keras, tensorflow-cpu and tf2onnx, and
what data_sets.py needs).

Each network is trained in float32 and exported by Model.export(format="onnx"); the answers are those of the same
weights in float64.
"""

import contextlib
import io
import pathlib
import struct
import sys

import keras
import numpy as np
from keras import layers

import data_sets

PREDICT = 0
TOLERANCE = 1e-5


def codes(column):
    return np.searchsorted(np.unique(column), column).astype(np.int64)


def dense(activation, outputs, last):
    """Of one input of numbers."""
    def build(width):
        return keras.Sequential([layers.Input((width,)), layers.Dense(12, activation=activation),
                                 layers.Dense(outputs, activation=last)])
    return build


def normed(width):
    return keras.Sequential([
        layers.Input((width,)), layers.BatchNormalization(), layers.Dense(10, activation="relu"), layers.Dropout(0.2),
        layers.LayerNormalization(), layers.Dense(8), layers.LeakyReLU(), layers.Dense(3, activation="softmax"),
    ])


def embedded(width):
    categories = layers.Input((2,), dtype="int64", name="categories")
    numbers = layers.Input((width,), name="numbers")
    looked_up = layers.Flatten()(layers.Embedding(6, 3)(categories))
    hidden = layers.Dense(10, activation="relu")(layers.Concatenate()([looked_up, numbers]))
    return keras.Model([categories, numbers], layers.Dense(3, activation="softmax")(hidden))


def penguins():
    table, species = data_sets.load("penguins")[:2]
    x = table.iloc[:, :4].fillna(table.iloc[:, :4].mean()).to_numpy(np.float32)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return [np.stack([codes(table["island"]), 3 + codes(table["sex"])], axis=1), x], codes(species)


def numbers(data):
    x, y, _ = data_sets.load(data)
    return [x.astype(np.float32)], y


def cases():
    chosen = "sparse_categorical_crossentropy"
    yield "keras_mlp_float", dense("relu", 3, "softmax"), numbers("wine"), chosen
    yield "keras_mlp_regressor_float", dense("silu", 1, "linear"), numbers("diabetes"), "mse"
    yield "keras_mlp_sigmoid_float", dense("tanh", 1, "sigmoid"), numbers("cancer"), "binary_crossentropy"
    yield "keras_normed_float", normed, numbers("wine"), chosen
    yield "keras_embedding_float", embedded, penguins(), chosen


def answers(build, weights, width, rows):
    keras.config.set_floatx("float64")
    exact = build(width)
    exact.set_weights([weight.astype(np.float64) for weight in weights])
    y = exact.predict(rows if len(rows) > 1 else rows[0].astype(np.float64), verbose=0)
    keras.config.set_floatx("float32")
    return y.astype(np.float64)


def write(name, build, inputs, target, loss, directory):
    keras.utils.set_random_seed(0)
    model = build(inputs[-1].shape[1])
    model.compile(keras.optimizers.Adam(0.01), loss)
    model.fit(inputs if len(inputs) > 1 else inputs[0], target, epochs=20, verbose=0)
    with contextlib.redirect_stdout(io.StringIO()):
        model.export(str(directory / f"{name}.onnx"), format="onnx", verbose=False)
    picked = np.random.RandomState(1).permutation(len(target))[:16]
    rows = [array[picked] for array in inputs]
    y = answers(build, model.get_weights(), inputs[-1].shape[1], rows)
    table = np.hstack([array.astype(np.float64) for array in rows])
    out = [b"PELTONOR", struct.pack("<Id", 1, TOLERANCE), struct.pack("<III", *table.shape, 0), table.tobytes()]
    out += [struct.pack("<I", 1), struct.pack("<III", 0, PREDICT, y.shape[1]), y.tobytes()]
    (directory / f"{name}.expected").write_bytes(b"".join(out))


def main():
    for name, build, (inputs, target), loss in cases():
        write(name, build, inputs, target, loss, pathlib.Path(sys.argv[1]))


if __name__ == "__main__":
    main()
