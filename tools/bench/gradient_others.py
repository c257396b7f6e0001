#!/usr/bin/python3
"""λ of a logistic and of a ridge regression by 5-fold cross-validation, and by leave-one-out, as users of each tool find
it; one core.

Times are CPU times, user and system, so that other work on the machine counts for little; each is the median of so many
runs. `holdout run` with `method: gradient` is a whole process: start, reading the CSV file, search, storage, reports.
The others have the data in memory: scikit-learn's LogisticRegressionCV(Cs=61) or RidgeCV with 61 λ while they fit,
Optuna's TPE over 50 trials of scikit-learn's LogisticRegression or Ridge on the same folds, R's cv.glmnet (100 λ, ridge)
inside R. The hold-out error of each tool's λ is measured by the same code: scikit-learn's solvers at a tolerance of
1e-10.

Needs Debian's python3-sklearn and python3-optuna; r-cran-glmnet where R is to be seen too.
usage: tools/bench/gradient_others.py [HOLDOUT [ROWS [FEATURES [RUNS]]]]
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import warnings

os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when numpy is imported

import numpy
import optuna
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, Ridge, RidgeCV
from sklearn.metrics import log_loss, mean_squared_error

FOLDS, LOW, HIGH, LAMBDAS = 5, 1e-6, 1e2, 61
STUDY = """\
name: others
data: {{file: data.csv, target: target, standardize: false, {split}}}
model: {{type: {model}, l2: {{min: {low}, max: {high}, scale: log}}}}
training: {{optimizer: exact}}
objective: {{metric: {metric}}}
search: {{method: gradient}}
report: {{formats: [json]}}
"""
GLMNET = """
suppressMessages(library(glmnet)); d <- read.csv("data.csv"); x <- as.matrix(d[, 1:(ncol(d) - 2)])
now <- function() sum(proc.time()[1:2])
for (run in 1:{runs}) {{
  from <- now()
  fit <- cv.glmnet(x, d$target, family = "{family}", alpha = 0, foldid = d$fold + 1, standardize = FALSE)
  cat(now() - from, fit$lambda.min, "\\n")
}}
"""


def make_rows(rows, features):
    random = numpy.random.default_rng(3)
    x = random.standard_normal((rows, features))
    x = (x - x.mean(0)) / x.std(0)
    weights = random.standard_normal(features) * (random.random(features) < 0.2) * 3 / features**0.5
    return x.round(6), x @ weights, numpy.arange(rows) % FOLDS, random


class Logistic:
    model, metric, family, grid = "logistic", "log_loss", "binomial", f"LogisticRegressionCV(Cs={LAMBDAS})"

    @staticmethod
    def target(scores, random):
        return (random.random(len(scores)) < 1 / (1 + numpy.exp(-scores))).astype(int)

    @staticmethod
    def from_glmnet(l2, y):
        return l2

    @staticmethod
    def error(l2, x, y, inside, tight):
        fit = LogisticRegression(C=1 / (l2 * inside.sum()), tol=1e-10 if tight else 1e-4, max_iter=10_000,
                                 solver="newton-cg" if tight else "lbfgs").fit(x[inside], y[inside])
        return log_loss(y[~inside], fit.predict_proba(x[~inside]))

    @staticmethod
    def search(x, y, n, folds):
        fit = LogisticRegressionCV(Cs=1 / (numpy.geomspace(LOW, HIGH, LAMBDAS) * n), scoring="neg_log_loss", cv=folds)
        return 1 / (fit.fit(x, y).C_[0] * n)


class Squared:
    model, metric, family, grid = "linear", "mse", "gaussian", f"RidgeCV({LAMBDAS} λ)"

    @staticmethod
    def target(scores, random):
        return (scores + random.standard_normal(len(scores))).round(6)

    @staticmethod
    def from_glmnet(l2, y):
        return l2 / y.std()  # it divides y by its deviation, and gives λ times that

    @staticmethod
    def error(l2, x, y, inside, tight):
        fit = Ridge(alpha=l2 * inside.sum()).fit(x[inside], y[inside])
        return mean_squared_error(y[~inside], fit.predict(x[~inside]))

    @staticmethod
    def search(x, y, n, folds):
        alphas = numpy.geomspace(LOW, HIGH, LAMBDAS) * n
        return RidgeCV(alphas=alphas, scoring="neg_mean_squared_error", cv=folds).fit(x, y).alpha_ / n


def cpu():
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def median(runs, once):
    """The median CPU time, and the λ of the last run."""
    times = []
    for _ in range(runs):
        start = cpu()
        l2 = once()
        times.append(cpu() - start)
    return statistics.median(times), l2


def holdout_search(command, folder, task, x, y, fold, split):
    """Writes data and study; the search by a whole process."""
    features = x.shape[1]
    numpy.savetxt(folder / "data.csv", numpy.column_stack([x, y, fold]), delimiter=",", comments="",
                  fmt=["%.6f"] * features + ["%g" if task is Logistic else "%.6f", "%d"],
                  header=",".join([f"x{j}" for j in range(features)] + ["target", "fold"]))
    (folder / "study.yaml").write_text(STUDY.format(model=task.model, metric=task.metric, low=LOW, high=HIGH, split=split))

    def once():
        shutil.rmtree(folder / "run", ignore_errors=True)
        subprocess.run([command, "run", folder / "study.yaml", "--out", folder / "run", "--quiet", "--threads", "1"],
                       check=True, stdout=subprocess.DEVNULL)
        return json.loads((folder / "run/report.json").read_text())["best"]["parameters"]["model.l2"]

    return once


def show(what, found, errors, metric):
    print(what)
    for (tool, seconds, l2), e in zip(found, errors):
        print(f"{tool:28} {seconds:8.3f} s  {seconds / found[0][1]:6.1f} ×  λ {l2:.6g}  {metric} above the best "
              f"{e / min(errors) - 1:.1e}", flush=True)


def compare_leave_one_out(command, rows, features, runs):
    x, scores, fold, random = make_rows(rows, features)
    y = Squared.target(scores, random)

    def ridge(lambdas):
        return RidgeCV(alphas=numpy.asarray(lambdas) * (rows - 1), store_cv_values=len(lambdas) == 1).fit(x, y)

    with tempfile.TemporaryDirectory() as name:
        once = holdout_search(command, pathlib.Path(name), Squared, x, y, fold,
                              "features: {exclude: [fold]}, split: {method: leave_one_out}")
        found = [("holdout, whole process", *median(runs, once)),
                 (Squared.grid, *median(runs, lambda: ridge(numpy.geomspace(LOW, HIGH, LAMBDAS)).alpha_ / (rows - 1)))]
    show(f"linear, leave-one-out: {rows} rows, {features} features, one core, median of {runs} runs", found,
         [ridge([l2]).cv_values_.mean() for _, _, l2 in found], Squared.metric)


def compare(task, command, rows, features, runs):
    x, scores, fold, random = make_rows(rows, features)
    y = task.target(scores, random)
    folds = [(numpy.flatnonzero(fold != k), numpy.flatnonzero(fold == k)) for k in range(FOLDS)]

    def error(l2, tight=True):
        return numpy.mean([task.error(l2, x, y, fold != k, tight) for k in range(FOLDS)])

    def tpe():
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
        study.optimize(lambda t: error(t.suggest_float("l2", LOW, HIGH, log=True), tight=False), n_trials=50)
        return study.best_params["l2"]

    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        holdout = holdout_search(command, folder, task, x, y, fold, "split: {method: column, column: fold}")
        found.append(("holdout, whole process", *median(runs, holdout)))
        found.append((task.grid, *median(runs, lambda: task.search(x, y, rows * (1 - 1 / FOLDS), folds))))
        found.append(("Optuna TPE, 50 trials", *median(1, tpe)))
        if shutil.which("Rscript") and not subprocess.run(["Rscript", "-e", "library(glmnet)"], capture_output=True).returncode:
            script = GLMNET.format(family=task.family, runs=runs)
            out = subprocess.run(["Rscript", "-e", script], cwd=folder, capture_output=True, text=True, check=True).stdout
            told = [[float(word) for word in line.split()] for line in out.splitlines()]
            found.append(("cv.glmnet, 100 λ", statistics.median(t for t, _ in told), task.from_glmnet(told[-1][1], y)))
    errors = [error(l2) for _, _, l2 in found]
    show(f"{task.model}: {rows} rows, {features} features, {FOLDS} folds, one core, median of {runs} runs", found, errors,
         task.metric)


def main():
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    command = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/bench/holdout")
    rows, features, runs = (int(a) for a in (sys.argv[2:] + ["4000", "100", "5"][len(sys.argv[2:]):]))
    for task in Logistic, Squared:
        compare(task, command, rows, features, runs)
    compare_leave_one_out(command, rows, features, runs)


main()
