"""The same with FastAPI: the body is checked by pydantic."""

import os

import joblib
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
model = joblib.load(os.environ["PEERS_MODEL"])


class Rows(BaseModel):
    x: list[float]


@app.post("/predict")
async def predict(rows: Rows):
    # Scoring takes less than handing it to a thread would.
    return {"result": float(model.predict([rows.x])[0])}
