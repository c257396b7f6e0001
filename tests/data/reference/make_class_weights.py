# What scikit-learn makes of weights of classes: the numbers of tests/train/weights_test.cpp. Its penalty is ||w||^2 / 2C
# beside the sum of weighted losses, holdout's is (lambda/2) ||w||^2 beside their mean: C = 1 / (lambda * sum of weights).
import numpy as np
from sklearn.linear_model import LogisticRegression

i = np.arange(60)
x = np.c_[(i * 7 % 11) / 5 - 1.0, (i * i % 13) / 6 - 1.0]


def fit(y, weights, l2):
    total = sum(weights.get(int(k), 1.0) for k in y)
    model = LogisticRegression(class_weight=weights, C=1 / (l2 * total), tol=1e-12, max_iter=100000, solver="newton-cg")
    model.fit(x, y)
    print(weights, l2, model.coef_.tolist(), model.intercept_.tolist())


fit((i * 5 % 17 < 4).astype(int), {1: 5.0}, 0.1)
fit((i * 5 % 17 < 4).astype(int), {0: 0.25, 1: 3.0}, 0.01)
fit(i * 5 % 17 // 6, {0: 4.0, 2: 0.5}, 0.05)
