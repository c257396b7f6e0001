#!/usr/bin/env python3
"""Writes RULE.csv for the rules of optimizers.json, the references that the project was given (made with 40 digits and
checked against PyTorch). The other rules are in make_mpmath.py.

    make.py optimizers.json
"""

import csv
import json
import pathlib
import sys

# Reference -> rule, settings, and which point its theta is. PyTorch's momentum has our theta at a constant rate; what
# PyTorch's nesterov calls theta is the look-ahead point.
NAMES = {
    "gd": ("gd", {}, "theta"),
    "momentum_lecture": ("momentum", {}, "theta"),
    "momentum_pytorch": ("momentum", {}, "theta"),
    "nesterov_lecture": ("nesterov", {}, "theta"),
    "nesterov_pytorch": ("nesterov", {}, "look_ahead"),
    "adagrad_lecture": ("adagrad", {"epsilon_inside_root": 1}, "theta"),
    "adagrad_pytorch": ("adagrad", {"epsilon_inside_root": 0}, "theta"),
    "rmsprop_lecture": ("rmsprop", {"epsilon_inside_root": 1}, "theta"),
    "rmsprop_pytorch": ("rmsprop", {"epsilon_inside_root": 0}, "theta"),
    "adam_lecture": ("adam", {"epsilon_inside_root": 1, "bias_correction": 0}, "theta"),
    "adam_pytorch": ("adam", {"epsilon_inside_root": 0, "bias_correction": 1}, "theta"),
    "adam_inside_biascorrected": ("adam", {"epsilon_inside_root": 1, "bias_correction": 1}, "theta"),
    "adam_outside_nocorrection": ("adam", {"epsilon_inside_root": 0, "bias_correction": 0}, "theta"),
}
KEYS = {"mu": "momentum", "beta": "beta", "b1": "beta1", "b2": "beta2", "eps": "epsilon"}
HEADER = ["problem", "settings", "rate", "start", "point", "step", "theta"]


def vector(values):
    return " ".join(repr(float(x)) for x in values)


def main(references):
    here = pathlib.Path(__file__).parent
    rows = {}
    for problem in ("quadratic", "rosenbrock"):
        for run in references[problem]["runs"]:
            rule, settings, point = NAMES[run["rule"]]
            settings = {KEYS[k]: run[k] for k in KEYS if k in run} | settings
            text = " ".join(f"{k}={v!r}" for k, v in settings.items())
            for step, theta in run["theta"].items():
                rows.setdefault(rule, []).append(
                    [problem, text, repr(run["lr"]), vector(run["theta0"]), point, step, vector(theta)])
    for rule, lines in rows.items():
        with open(here / f"{rule}.csv", "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER] + lines)


if __name__ == "__main__":
    main(json.load(open(sys.argv[1])))
