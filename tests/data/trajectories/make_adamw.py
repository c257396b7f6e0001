#!/usr/bin/env python3
"""Writes adamw.csv with 50 digits, straight from the paper and from PyTorch's documentation (torch.optim.AdamW):

    theta <- theta - lr wd theta;  m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2
    theta <- theta - lr mhat / (sqrt(vhat) + eps),  mhat = m / (1 - b1^t),  vhat = v / (1 - b2^t)

and the three variants of epsilon inside the root and of no bias correction. g is taken before the decay. Constants are
the float64 numbers nearest to their decimals, as in the references of the other rules.
"""

import csv
import pathlib

from make import HEADER, vector
from mpmath import mp, mpf, sqrt

mp.dps = 50
STEPS = (1, 2, 3, 10, 100)


def quadratic(x):
    return [x[0], 25 * x[1]]


def rosenbrock(x):
    return [-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2), 200 * (x[1] - x[0] ** 2)]


def trajectory(gradient, start, rate, b1, b2, eps, wd, inside, correct):
    rate, b1, b2, eps, wd = (mpf(x) for x in (rate, b1, b2, eps, wd))
    theta, m, v = [mpf(x) for x in start], [mpf(0)] * 2, [mpf(0)] * 2
    for t in range(1, max(STEPS) + 1):
        g = gradient(theta)
        for i in range(2):
            m[i] = b1 * m[i] + (1 - b1) * g[i]
            v[i] = b2 * v[i] + (1 - b2) * g[i] ** 2
            mhat, vhat = (m[i] / (1 - b1**t), v[i] / (1 - b2**t)) if correct else (m[i], v[i])
            root = sqrt(vhat + eps) if inside else sqrt(vhat) + eps
            theta[i] = theta[i] - rate * wd * theta[i] - rate * mhat / root
        if t in STEPS:
            yield t, theta


def main():
    lines = []
    for problem, gradient, start, rate in (("quadratic", quadratic, (5.0, 2.0), 0.1),
                                           ("rosenbrock", rosenbrock, (-1.2, 1.0), 0.02)):
        for inside, correct in ((1, 0), (0, 1), (1, 1), (0, 0)):
            for wd in (0.01, 0.5):
                settings = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": wd,
                            "epsilon_inside_root": inside, "bias_correction": correct}
                text = " ".join(f"{k}={v!r}" for k, v in settings.items())
                for step, theta in trajectory(gradient, start, rate, 0.9, 0.999, 1e-8, wd, inside, correct):
                    lines.append([problem, text, repr(rate), vector(start), "theta", step, vector(theta)])
    with open(pathlib.Path(__file__).parent / "adamw.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER] + lines)


if __name__ == "__main__":
    main()
