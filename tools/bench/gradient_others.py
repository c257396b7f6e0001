#!/usr/bin/python3
"""λ of a logistic regression by 5-fold cross-validation, as users of each tool find it; one core.

Times are CPU times, user and system, so that other work on the machine counts for little. `holdout run` with
`method: gradient` is a whole process: start, reading the CSV file, search, storage, reports. The others have the data in
memory: scikit-learn's LogisticRegressionCV(Cs=61) while it fits, Optuna's TPE over 50 trials of scikit-learn's
LogisticRegression on the same folds, R's cv.glmnet (100 λ, ridge) inside R. All standardize once. The hold-out loss of each tool's λ is measured by the same code: scikit-learn's solver at a tolerance of 1e-10.

Needs Debian's python3-sklearn and python3-optuna; r-cran-glmnet where R is to be seen too.
usage: tools/bench/gradient_others.py [HOLDOUT [ROWS [FEATURES]]]
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when numpy is imported

import numpy
import optuna
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.metrics import log_loss

FOLDS, LOW, HIGH = 5, 1e-6, 1e2
STUDY = """\
name: others
data: {{file: data.csv, target: target, standardize: false, split: {{method: column, column: fold}}}}
model: {{type: logistic, l2: {{min: {low}, max: {high}, scale: log}}}}
training: {{optimizer: exact}}
objective: {{metric: log_loss}}
search: {{method: gradient}}
report: {{formats: [json]}}
"""
GLMNET = """
suppressMessages(library(glmnet)); d <- read.csv("data.csv"); x <- as.matrix(d[, 1:(ncol(d) - 2)])
now <- function() sum(proc.time()[1:2])
from <- now()
fit <- cv.glmnet(x, d$target, family = "binomial", alpha = 0, foldid = d$fold + 1, standardize = FALSE)
cat(now() - from, fit$lambda.min, "\\n")
"""


def make_data(rows, features):
    random = numpy.random.default_rng(3)
    x = random.standard_normal((rows, features))
    x = (x - x.mean(0)) / x.std(0)
    weights = random.standard_normal(features) * (random.random(features) < 0.2) * 3 / features**0.5
    y = (random.random(rows) < 1 / (1 + numpy.exp(-x @ weights))).astype(int)
    return x.round(6), y, numpy.arange(rows) % FOLDS


def cpu():
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def error(l2, x, y, fold, tolerance=1e-10, solver="newton-cg"):
    losses = []
    for k in range(FOLDS):
        inside = fold != k
        model = LogisticRegression(C=1 / (l2 * inside.sum()), tol=tolerance, max_iter=10_000, solver=solver)
        model.fit(x[inside], y[inside])
        losses.append(log_loss(y[~inside], model.predict_proba(x[~inside])))
    return numpy.mean(losses)


def main():
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    command = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/bench/holdout")
    rows, features = (int(a) for a in (sys.argv[2:] + ["4000", "100"][len(sys.argv[2:]):]))
    x, y, fold = make_data(rows, features)
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with open(folder / "data.csv", "w") as out:
            out.write(",".join([f"x{j}" for j in range(features)] + ["target", "fold"]) + "\n")
            for row, target, k in zip(x, y, fold):
                out.write(",".join([f"{v:.6f}" for v in row]) + f",{target},{k}\n")
        (folder / "study.yaml").write_text(STUDY.format(low=LOW, high=HIGH))
        start = cpu()
        subprocess.run([command, "run", folder / "study.yaml", "--out", folder / "run", "--quiet", "--threads", "1"],
                       check=True, stdout=subprocess.DEVNULL)
        seconds = cpu() - start
        best = json.loads((folder / "run/report.json").read_text())["best"]["parameters"]["model.l2"]
        found.append(("holdout, whole process", seconds, best))

        start = cpu()
        grid = LogisticRegressionCV(Cs=1 / (numpy.geomspace(LOW, HIGH, 61) * rows * (1 - 1 / FOLDS)), scoring="neg_log_loss",
                                    cv=[(numpy.flatnonzero(fold != k), numpy.flatnonzero(fold == k)) for k in range(FOLDS)])
        grid.fit(x, y)
        found.append(("LogisticRegressionCV(Cs=61)", cpu() - start,
                      1 / (grid.C_[0] * rows * (1 - 1 / FOLDS))))

        start = cpu()
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
        study.optimize(lambda t: error(t.suggest_float("l2", LOW, HIGH, log=True), x, y, fold, 1e-4, "lbfgs"), n_trials=50)
        found.append(("Optuna TPE, 50 trials", cpu() - start, study.best_params["l2"]))

        if shutil.which("Rscript") and not subprocess.run(["Rscript", "-e", "library(glmnet)"], capture_output=True).returncode:
            out = subprocess.run(["Rscript", "-e", GLMNET], cwd=folder, capture_output=True, text=True, check=True).stdout
            seconds, l2 = (float(word) for word in out.split())
            found.append(("cv.glmnet, 100 λ, fit alone", seconds, l2))
    errors = [error(l2, x, y, fold) for _, _, l2 in found]
    print(f"{rows} rows, {features} features, {FOLDS} folds, one core")
    for (tool, seconds, l2), e in zip(found, errors):
        print(f"{tool:28} {seconds:8.3f} s  {seconds / found[0][1]:6.1f} ×  λ {l2:.6g}  log loss above the best "
              f"{e / min(errors) - 1:.1e}")


main()
