#!/usr/bin/env python3
"""Writes RULE.csv with 50 digits for the rules that make.py has no references for, each straight from its paper and from
the documentation of torch.optim, with powers and products written out. check_torch.py compares the files with PyTorch.

A rule is a function of one coordinate: theta, its gradient g, step number t, learning rate lr, coefficients c, and s,
where what it remembers starts at 0. Constants are the float64 numbers nearest to their decimals, as in the references
of the other rules.
"""

import collections
import csv
import itertools
import pathlib

from make import HEADER, vector
from mpmath import mp, mpf, sign, sqrt

mp.dps = 50
STEPS = (1, 2, 3, 10, 100)


def quadratic(x):
    return [x[0], 25 * x[1]]


def rosenbrock(x):
    return [-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2), 200 * (x[1] - x[0] ** 2)]


def root(c, v):
    return sqrt(v + c["epsilon"]) if c["epsilon_inside_root"] else sqrt(v) + c["epsilon"]


def hat(c, mean, share):
    return mean / share if c["bias_correction"] else mean


def adamw(theta, g, t, lr, c, s):
    """Loshchilov and Hutter 2019, algorithm 2; torch.optim.AdamW. g is taken before the decay."""
    b1, b2 = c["beta1"], c["beta2"]
    s["m"] = b1 * s["m"] + (1 - b1) * g
    s["v"] = b2 * s["v"] + (1 - b2) * g**2
    step = hat(c, s["m"], 1 - b1**t) / root(c, hat(c, s["v"], 1 - b2**t))
    return theta - lr * c["weight_decay"] * theta - lr * step


def adadelta(theta, g, t, lr, c, s):
    """Zeiler 2012, algorithm 1; torch.optim.Adadelta."""
    rho, eps = c["rho"], c["epsilon"]
    s["v"] = rho * s["v"] + (1 - rho) * g**2
    delta = sqrt(s["u"] + eps) / sqrt(s["v"] + eps) * g
    s["u"] = rho * s["u"] + (1 - rho) * delta**2
    return theta - lr * delta


def amsgrad(theta, g, t, lr, c, s):
    """Reddi, Kale, Kumar 2018, algorithm 2; torch.optim.Adam(amsgrad=True)."""
    b1, b2 = c["beta1"], c["beta2"]
    s["m"] = b1 * s["m"] + (1 - b1) * g
    s["v"] = b2 * s["v"] + (1 - b2) * g**2
    s["max"] = max(s["max"], s["v"])
    return theta - lr * hat(c, s["m"], 1 - b1**t) / root(c, hat(c, s["max"], 1 - b2**t))


def adamax(theta, g, t, lr, c, s):
    """Kingma and Ba 2015, algorithm 2; torch.optim.Adamax has epsilon inside the maximum, Keras outside."""
    b1, eps = c["beta1"], c["epsilon"]
    s["m"] = b1 * s["m"] + (1 - b1) * g
    s["u"] = max(c["beta2"] * s["u"], abs(g) + (eps if c["epsilon_inside_max"] else 0))
    return theta - lr * hat(c, s["m"], 1 - b1**t) / (s["u"] + (0 if c["epsilon_inside_max"] else eps))


def nadam(theta, g, t, lr, c, s):
    """Dozat 2016; torch.optim.NAdam, whose momentum_decay is log(momentum_warmup) / log(0.96)."""
    b1, b2 = c["beta1"], c["beta2"]
    mu = [b1 * (1 - c["momentum_warmup"] ** i / 2) for i in range(1, t + 2)]
    s["m"] = b1 * s["m"] + (1 - b1) * g
    s["v"] = b2 * s["v"] + (1 - b2) * g**2
    ahead = hat(c, mu[t] * s["m"], 1 - mp.fprod(mu)) + hat(c, (1 - mu[t - 1]) * g, 1 - mp.fprod(mu[:t]))
    return theta - lr * ahead / root(c, hat(c, s["v"], 1 - b2**t))


def lion(theta, g, t, lr, c, s):
    """Chen et al. 2023, algorithm 2."""
    b1, b2 = c["beta1"], c["beta2"]
    mix = b1 * s["m"] + (1 - b1) * g
    assert abs(mix) > 1e-6, "a sign that float64 could miss"
    s["m"] = b2 * s["m"] + (1 - b2) * g
    return theta - lr * (sign(mix) + c["weight_decay"] * theta)


# Rule -> coefficients in the order of the settings' text, each with its values; the rates of the two problems.
ADAM = {"beta1": (0.9,), "beta2": (0.999,), "epsilon": (1e-8,)}
FLAGS = {"epsilon_inside_root": (1, 0), "bias_correction": (0, 1)}
RULES = {
    adamw: (ADAM | {"weight_decay": (0.01, 0.5)} | FLAGS, 0.1, 0.02),
    adadelta: ({"rho": (0.9, 0.95), "epsilon": (1e-6, 0.01)}, 1.0, 0.5),
    amsgrad: (ADAM | {"beta2": (0.999, 0.9)} | FLAGS, 0.1, 0.02),
    adamax: (ADAM | {"epsilon": (1e-8, 0.1), "epsilon_inside_max": (1, 0), "bias_correction": (0, 1)}, 0.1, 0.02),
    nadam: (ADAM | FLAGS | {"momentum_warmup": (0.96**0.004, 0.96, 0.0)}, 0.1, 0.02),
    lion: ({"beta1": (0.9,), "beta2": (0.99, 0.5), "weight_decay": (0.0, 0.5)}, 0.03, 0.007),
}


def trajectory(rule, gradient, start, rate, coefficients):
    lr, c = mpf(rate), {k: mpf(v) for k, v in coefficients.items()}
    theta, states = [mpf(x) for x in start], [collections.defaultdict(mpf) for _ in start]
    for t in range(1, max(STEPS) + 1):
        theta = [rule(x, g, t, lr, c, s) for x, g, s in zip(theta, gradient(theta), states)]
        if t in STEPS:
            yield t, theta


def main():
    for rule, (values, *rates) in RULES.items():
        lines = []
        for problem, start, rate in zip((quadratic, rosenbrock), ((5.0, 2.0), (-1.2, 1.0)), rates):
            for combination in itertools.product(*values.values()):
                settings = dict(zip(values, combination))
                text = " ".join(f"{k}={v!r}" for k, v in settings.items())
                for step, theta in trajectory(rule, problem, start, rate, settings):
                    lines.append([problem.__name__, text, repr(rate), vector(start), "theta", step, vector(theta)])
        with open(pathlib.Path(__file__).parent / f"{rule.__name__}.csv", "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER] + lines)


if __name__ == "__main__":
    main()
