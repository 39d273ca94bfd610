"""Asks a running Pelton through the clients that people have: MLflow's scoring client, KServe's V1 client, and plain
requests as TensorFlow Serving's documentation and SageMaker's containers send them.

    clients_test.py PELTON MODEL.onnx     (a model of ten features and several outputs)
"""

import asyncio
import subprocess
import sys

import httpx
import numpy as np
import pandas as pd
from kserve import RESTConfig
from kserve.inference_client import InferenceRESTClient
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

ROWS = [[0.0] * 10, [0.5 * i for i in range(10)]]


def ask_mlflow(port, expected):
    client = ScoringServerClient("127.0.0.1", port)
    client.wait_server_ready(timeout=30)
    assert client.get_version()
    frame = pd.DataFrame(ROWS, index=["first", "second"])
    for data in (frame, np.array(ROWS)):
        answer = client.invoke(data)
        assert answer["predictions"] == expected, answer
        assert answer.get_predictions(predictions_format="ndarray").shape == (2, len(expected[0]))
    assert client.invoke(frame, params={"method": "predict"})["predictions"] == expected
    try:
        client.invoke(frame.drop(columns=[9]))
    except Exception as refused:
        assert "BAD_REQUEST" in str(refused) and "expected 10 columns, got 9" in str(refused), refused
    else:
        raise AssertionError("a column too few was taken")


async def ask_kserve(port, expected):
    base = f"http://127.0.0.1:{port}"
    async with InferenceRESTClient(RESTConfig(protocol="v1", retries=0)) as client:
        assert await client.is_server_live(base)
        assert await client.is_model_ready(base, "house")
        answer = await client.infer(base, {"instances": ROWS}, model_name="house")
        assert answer == {"predictions": expected}, answer
        try:
            await client.infer(base, {"instances": ROWS}, model_name="other")
        except httpx.HTTPStatusError as refused:
            assert refused.response.status_code == 404
            assert "Model with name other does not exist." in str(refused), refused
        else:
            raise AssertionError("a model that is not there answered")


def ask_plainly(port, expected):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
        answer = http.post("/v1/models/house/versions/1:predict", json={"inputs": ROWS})
        assert answer.json() == {"outputs": expected}
        assert http.get("/v1/models/house").json()["model_version_status"][0]["state"] == "AVAILABLE"
        signatures = http.get("/v1/models/house/metadata").json()["metadata"]["signature_def"]["signature_def"]
        assert "serving_default" in signatures
        csv = "\n".join(",".join(map(str, row)) for row in ROWS) + "\n"
        answer = http.post("/invocations", content=csv, headers={"Content-Type": "text/csv", "Accept": "text/csv"})
        assert [[float(cell) for cell in line.split(",")] for line in answer.text.splitlines()] == expected


def main():
    pelton, model = sys.argv[1:]
    server = subprocess.Popen([pelton, "serve", f"house={model}", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
            expected = http.post("/predict", json={"x": ROWS}).json()["result"]
        ask_mlflow(port, expected)
        asyncio.run(ask_kserve(port, expected))
        ask_plainly(port, expected)
    finally:
        server.terminate()
        assert server.wait(timeout=30) == 0


if __name__ == "__main__":
    main()
