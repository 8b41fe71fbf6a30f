"""Makes evaluation-numbers.json: kNN and logistic regression by scikit-learn on small random vectors.

Run: python make-evaluation-numbers.py > evaluation-numbers.json
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, log_loss
from sklearn.neighbors import KNeighborsClassifier

SEED = 20240613
TEMPERATURE = 0.1
CLASSES = 4
rng = np.random.default_rng(SEED)


def draw(per_class, dimensions, centres, mix):
    labels = np.tile(np.arange(CLASSES), per_class)
    vectors = (centres[labels] + rng.normal(size=(labels.size, dimensions))) @ mix + 3.0
    return np.maximum(vectors, 0).astype(np.float32).round(4), labels


def numbers(array, digits=4):
    return [round(float(x), digits) for x in np.asarray(array).ravel()]


dimensions = 7
centres = rng.normal(size=(CLASSES, dimensions)) * 0.9
mix = rng.normal(size=(dimensions, dimensions))
train, train_labels = draw(35, dimensions, centres, mix)
test, test_labels = draw(15, dimensions, centres, mix)

knn = []
for k in (1, 10, 20, 140):
    # scikit-learn hands over cosine distances, 1 - cos.
    weigh = lambda distances: np.exp((1 - distances) / TEMPERATURE)
    model = KNeighborsClassifier(k, metric="cosine", algorithm="brute", weights=weigh).fit(train, train_labels)
    knn.append({"k": k, "predictions": model.predict(test).tolist()})

unit = train / np.linalg.norm(train, axis=1, keepdims=True)
similarities = (test / np.linalg.norm(test, axis=1, keepdims=True)) @ unit.T
order = np.argsort(-similarities, axis=1, kind="stable")[:, :5]

logistic = []
for l2 in (1.0, 1e-2, 1e-4):
    model = LogisticRegression(C=1 / (l2 * len(train)), tol=1e-12, max_iter=100_000)
    model.fit(train.astype(np.float64), train_labels)
    chances = model.predict_proba(train.astype(np.float64))
    predictions = model.predict(test.astype(np.float64))
    logistic.append(
        {
            "l2": l2,
            # scikit-learn's coefficients, one row a class, each followed by its intercept.
            "parameters": numbers(np.hstack([model.coef_, model.intercept_[:, None]]), 7),
            "value": float(log_loss(train_labels, chances) + l2 / 2 * (model.coef_**2).sum()),
            "testLogLoss": float(log_loss(test_labels, model.predict_proba(test.astype(np.float64)))),
            "testPredictions": predictions.tolist(),
            "testConfusion": confusion_matrix(test_labels, predictions).ravel().tolist(),
        }
    )

json.dump(
    {
        "madeBy": f"make-evaluation-numbers.py, scikit-learn {sklearn.__version__}, NumPy {np.__version__}",
        "seed": SEED,
        "dimensions": dimensions,
        "classes": CLASSES,
        "temperature": TEMPERATURE,
        "train": numbers(train),
        "trainLabels": train_labels.tolist(),
        "test": numbers(test),
        "testLabels": test_labels.tolist(),
        "neighbours": order.ravel().tolist(),
        "similarities": numbers(np.take_along_axis(similarities, order, 1), 6),
        "knn": knn,
        "logistic": logistic,
    },
    sys.stdout,
)
