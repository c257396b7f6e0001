#!/usr/bin/python3
"""λ by 5-fold cross-validation against other tools, counted in both ways, on one core.

In memory: our library call (tools/bench/lambda_in_memory.cpp: rows of every fold, search, refit; no files, no reports)
against the other tool's fit inside a warm process. Processes: `holdout run` (start, reading CSV, search, storage, report)
against a process that imports its tool, reads the same CSV and fits. All are CPU times, user and system, taken in turn;
a line shows medians, and of the ratios of each round the median and the range. The hold-out error of each λ is measured
by the same code. Rows in which holdout is slower are shown as all others.

LIBLINEAR is a process alone: its fit is what `-C` takes beyond one training at the loosest tolerance, which reads the
same file. It chooses by accuracy, on folds of its own, doubling C.

Needs Debian's python3-sklearn and python3-pandas; r-cran-glmnet and liblinear-tools where those are to be seen too.
usage: tools/bench/lambda_peers.py HOLDOUT BENCH_LAMBDA_IN_MEMORY [--rounds 5] [--only TEXT] [--memory]
  --memory: no processes but LIBLINEAR's
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import warnings

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when numpy is imported
for setting in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(setting, None)  # others use the kernels that suit this machine

import numpy

FOLDS, LOW, HIGH, LAMBDAS = 5, 1e-6, 1e2, 61
STUDY = """\
name: lambda
data: {{file: data.csv, target: target, standardize: false, {split}}}
model: {{type: {model}, {penalty}: {{min: {low}, max: {high}, scale: log}}}}
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
  fit <- cv.glmnet(x, d$target, family = "{family}", alpha = {alpha}, foldid = d$fold + 1, standardize = FALSE)
  cat(now() - from, fit$lambda.min, "\\n")
}}
"""
# What another process does: run by this file itself, as `--fit TOOL FOLDER`.
FITS = {}


def fit(name):
    def add(function):
        FITS[name] = function
        return function
    return add


@fit("LogisticRegressionCV, lbfgs, 61")
def lbfgs(x, y, folds):
    return logistic_cv(x, y, folds, "lbfgs")


@fit("LogisticRegressionCV, newton-cholesky, 61")
def newton_cholesky(x, y, folds):
    return logistic_cv(x, y, folds, "newton-cholesky")


def logistic_cv(x, y, folds, solver):
    from sklearn.linear_model import LogisticRegressionCV
    n = len(y) * (1 - 1 / FOLDS)
    cs = 1 / (numpy.geomspace(LOW, HIGH, LAMBDAS) * n)
    return 1 / (LogisticRegressionCV(Cs=cs, scoring="neg_log_loss", cv=folds, solver=solver).fit(x, y).C_[0] * n)


@fit("RidgeCV, 61")
def ridge_cv(x, y, folds):
    from sklearn.linear_model import RidgeCV
    n = len(y) * (1 - 1 / FOLDS)
    alphas = numpy.geomspace(LOW, HIGH, LAMBDAS) * n
    return RidgeCV(alphas=alphas, scoring="neg_mean_squared_error", cv=folds).fit(x, y).alpha_ / n


@fit("RidgeCV, leave-one-out, 61")
def ridge_leave_one_out(x, y, folds):
    from sklearn.linear_model import RidgeCV
    n = len(y) - 1
    return RidgeCV(alphas=numpy.geomspace(LOW, HIGH, LAMBDAS) * n).fit(x, y).alpha_ / n


@fit("LassoCV, 100")
def lasso_cv(x, y, folds):
    from sklearn.linear_model import LassoCV
    return LassoCV(cv=folds).fit(x, y).alpha_


def make_rows(rows, features, correlated, target):
    random = numpy.random.default_rng(3)
    x = random.standard_normal((rows, features))
    if correlated:  # a condition of 10⁵ of XᵀX or more
        x = x @ (random.standard_normal((features, features)) * 0.3 + numpy.eye(features))
    x = ((x - x.mean(0)) / x.std(0)).round(6)
    weights = random.standard_normal(features) * (random.random(features) < 0.2) * 3 / features**0.5
    scores = x @ weights
    if correlated:
        scores = scores / scores.std() * 1.5
    if target == "logistic":
        y = (random.random(rows) < 1 / (1 + numpy.exp(-scores))).astype(float)
    else:
        y = (scores + random.standard_normal(rows)).round(6)
    return x, y, numpy.arange(rows) % FOLDS


def make_sparse_rows(rows, features, per_row):
    """Words of a Zipf distribution, a few of which tell the classes apart."""
    import scipy.sparse
    random = numpy.random.default_rng(3)
    share = 1 / numpy.arange(1, features + 1) ** 0.7
    columns = random.choice(features, (rows, per_row), p=share / share.sum())
    values = random.random((rows, per_row)) + 0.5
    x = scipy.sparse.csr_matrix((values.ravel(), (numpy.repeat(numpy.arange(rows), per_row), columns.ravel())),
                                (rows, features))
    x.sum_duplicates()
    x.data = x.data.round(4)
    scores = x @ (random.standard_normal(features) * (random.random(features) < 0.1))
    y = (random.random(rows) < 1 / (1 + numpy.exp(-scores / scores.std()))).astype(float)
    return x, y, numpy.arange(rows) % FOLDS


def write_libsvm(path, x, y):
    from sklearn.datasets import dump_svmlight_file
    dump_svmlight_file(x, y, str(path), zero_based=False)


def write_binary(path, x, y, fold, case):
    with open(path, "wb") as file:
        nonzeros = x.nnz if case.sparse else 0
        sizes = [len(y), x.shape[1], 0 if case.leave_one_out else FOLDS, nonzeros]
        parts = [numpy.array(sizes, dtype=numpy.int64)]
        if case.sparse:
            parts += [x.indptr.astype(numpy.int64), x.indices.astype(numpy.uint32), x.data.astype(float)]
        else:
            parts.append(x.astype(float))
        parts.append(y.astype(float))
        if not case.leave_one_out:
            parts.append(fold.astype(numpy.int64))
        for part in parts:
            file.write(numpy.ascontiguousarray(part).tobytes())


def write(folder, x, y, fold, case):
    features = x.shape[1]
    write_binary(folder / "data.bin", x, y, fold, case)
    if any(peer.startswith("LIBLINEAR") for peer in case.peers):
        write_libsvm(folder / "data.svm", x, y)
    if case.sparse:
        return
    numpy.savetxt(folder / "data.csv", numpy.column_stack([x, y, fold]), delimiter=",", comments="",
                  fmt=["%.6f"] * features + ["%g" if case.target == "logistic" else "%.6f", "%d"],
                  header=",".join([f"x{j}" for j in range(features)] + ["target", "fold"]))
    split = ("features: {exclude: [fold]}, split: {method: leave_one_out}" if case.leave_one_out
             else "split: {method: column, column: fold}")
    (folder / "study.yaml").write_text(STUDY.format(
        model=case.model, metric=case.metric, low=LOW, high=HIGH, penalty=case.penalty,
        split=split))


class Case:
    def __init__(self, name, target, rows, features, correlated=False, penalty="l2", peers=(), method="gradient",
                 sparse=0, leave_one_out=False):
        self.sparse, self.leave_one_out = sparse, leave_one_out  # sparse: numbers a row
        self.name, self.target, self.rows, self.features = name, target, rows, features
        self.correlated, self.penalty, self.peers, self.method = correlated, penalty, peers, method
        self.model = "logistic" if target == "logistic" else "linear"
        self.metric = "log_loss" if target == "logistic" else "mse"
        self.family = "binomial" if target == "logistic" else "gaussian"


LOGISTIC = ("LogisticRegressionCV, lbfgs, 61", "LogisticRegressionCV, newton-cholesky, 61", "cv.glmnet, 100")
CASES = [
    Case("logistic, 4 000 × 100", "logistic", 4000, 100, peers=(*LOGISTIC, "LIBLINEAR -C")),
    Case("logistic, 4 000 × 100, correlated columns", "logistic", 4000, 100, True, peers=LOGISTIC),
    Case("logistic, 4 000 × 100, correlated columns, our grid of 61", "logistic", 4000, 100, True, peers=LOGISTIC[:2],
         method="grid"),
    Case("logistic, 20 000 × 100", "logistic", 20_000, 100, peers=LOGISTIC[:2]),
    Case("logistic, 4 000 × 400", "logistic", 4000, 400, peers=LOGISTIC[:2]),
    Case("logistic, 20 000 × 50 000, 75 numbers a row", "logistic", 20_000, 50_000, peers=("LIBLINEAR -C",), sparse=75),
    Case("ridge, 4 000 × 100", "linear", 4000, 100, peers=("RidgeCV, 61", "cv.glmnet, 100")),
    Case("ridge, leave-one-out, 4 000 × 100", "linear", 4000, 100, peers=("RidgeCV, leave-one-out, 61",),
         leave_one_out=True),
    Case("lasso, 4 000 × 100", "linear", 4000, 100, penalty="l1", peers=("LassoCV, 100", "cv.glmnet, 100")),
]


def cpu():
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def timed(work):
    from_ = cpu()
    value = work()
    return cpu() - from_, value


def in_memory(bench, folder, case):
    method = "gradient_l1" if case.penalty == "l1" else case.method
    out = subprocess.run([bench, folder / "data.bin", case.model, case.metric, str(LOW), str(HIGH), method, "2"],
                         check=True, capture_output=True, text=True).stdout.splitlines()
    seconds, l2, _ = (float(word) for word in out[-1].split())  # the second call of a warm process
    return seconds, l2


def process(command, folder, case):
    shutil.rmtree(folder / "run", ignore_errors=True)
    study = folder / "study.yaml"
    extra = ["--set", "search.method=grid", "--set", f"model.l2.points={LAMBDAS}"] if case.method == "grid" else []
    seconds, _ = timed(lambda: subprocess.run(
        [command, "run", study, "--out", folder / "run", "--quiet", "--threads", "1", *extra], check=True,
        stdout=subprocess.DEVNULL))
    return seconds, json.loads((folder / "run/report.json").read_text())["best"]["parameters"][f"model.{case.penalty}"]


def glmnet(folder, case, y):
    """(seconds of the fit, λ), seconds of the process."""
    script = GLMNET.format(family=case.family, runs=1, alpha=1 if case.penalty == "l1" else 0)
    whole, out = timed(lambda: subprocess.run(["Rscript", "-e", script], cwd=folder, capture_output=True, text=True,
                                              check=True).stdout)
    seconds, l2 = (float(word) for word in out.splitlines()[-1].split())
    # With a gaussian family it divides y by its deviation, and gives a ridge penalty times that.
    return seconds, l2 / y.std() if case.target == "linear" and case.penalty == "l2" else l2, whole


def liblinear(folder, rows):
    """(seconds beyond reading, λ), seconds of the process."""
    command = ["liblinear-train", "-s", "0", "-B", "1"]
    whole, out = timed(lambda: subprocess.run([*command, "-C", "-v", str(FOLDS), folder / "data.svm"], check=True,
                                              capture_output=True, text=True).stdout)
    reading, _ = timed(lambda: subprocess.run([*command, "-e", "1e9", folder / "data.svm", folder / "model"], check=True,
                                              capture_output=True))
    c = float(out.split("Best C = ")[1].split()[0])
    return whole - reading, 1 / (c * rows * (1 - 1 / FOLDS)), whole


def error_of(case, l2, x, y, fold):
    from sklearn.linear_model import Lasso, LogisticRegression, Ridge, RidgeCV
    from sklearn.metrics import log_loss, mean_squared_error
    if case.leave_one_out:
        return RidgeCV(alphas=[l2 * (len(y) - 1)], store_cv_values=True).fit(x, y).cv_values_.mean()
    total = 0
    for k in range(FOLDS):
        inside = fold != k
        if case.target == "logistic":
            model = LogisticRegression(C=1 / (l2 * inside.sum()), tol=1e-10, max_iter=10_000,
                                       solver="newton-cg" if case.sparse else "newton-cholesky")
            total += log_loss(y[~inside], model.fit(x[inside], y[inside]).predict_proba(x[~inside]))
        else:
            model = Lasso(l2, tol=1e-10, max_iter=100_000) if case.penalty == "l1" else Ridge(l2 * inside.sum())
            total += mean_squared_error(y[~inside], model.fit(x[inside], y[inside]).predict(x[~inside]))
    return total / FOLDS


def ratio(theirs, ours):
    each = [t / o for t, o in zip(theirs, ours)]
    return f"{statistics.median(each):6.2f} × ({min(each):.2f}–{max(each):.2f})"


def compare(case, command, bench, rounds, memory_only):
    if case.sparse:
        x, y, fold = make_sparse_rows(case.rows, case.features, case.sparse)
    else:
        x, y, fold = make_rows(case.rows, case.features, case.correlated, case.target)
    folds = [(numpy.flatnonzero(fold != k), numpy.flatnonzero(fold == k)) for k in range(FOLDS)]
    ours = {"memory": [], "process": []}
    theirs = {peer: {"memory": [], "process": []} for peer in case.peers}
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(folder, x, y, fold, case)
        numpy.savez(folder / "folds.npz", **{f"f{k}{part}": rows for k, f in enumerate(folds)
                                             for part, rows in enumerate(f)})
        for peer in case.peers:
            if peer in FITS:
                FITS[peer](x[:500], y[:500], [(i[i < 500], o[o < 500]) for i, o in folds])  # warm: imports, first pages
        for _ in range(rounds):
            seconds, found["holdout"] = in_memory(bench, folder, case)
            ours["memory"].append(seconds)
            if case.sparse or memory_only:
                found["holdout, process"] = found["holdout"]
            else:
                seconds, found["holdout, process"] = process(command, folder, case)
                ours["process"].append(seconds)
            for peer in case.peers:
                if peer in FITS:
                    seconds, found[peer] = timed(lambda: FITS[peer](x, y, folds))
                    whole = numpy.nan if memory_only else timed(lambda: subprocess.run(
                        [sys.executable, __file__, "--fit", peer, folder], check=True, stdout=subprocess.DEVNULL))[0]
                elif peer.startswith("LIBLINEAR") and shutil.which("liblinear-train"):
                    seconds, found[peer], whole = liblinear(folder, case.rows)
                elif peer.startswith("cv.glmnet") and shutil.which("Rscript"):
                    seconds, found[peer], whole = glmnet(folder, case, y)
                else:
                    continue
                theirs[peer]["memory"].append(seconds)
                theirs[peer]["process"].append(whole)
    errors = {tool: error_of(case, l2, x, y, fold) for tool, l2 in found.items()}
    least = min(errors.values())
    print(f"\n{case.name}, {FOLDS} folds, {rounds} rounds")
    process_seconds = f"process {statistics.median(ours['process']):7.3f} s" if ours["process"] else ""
    print(f"{'holdout':44} memory {statistics.median(ours['memory']):7.3f} s  {process_seconds}  λ {found['holdout']:.6g}  "
          f"{case.metric} above the best {max(errors['holdout'], errors['holdout, process']) / least - 1:.1e}")
    for peer in case.peers:
        if not theirs[peer]["memory"]:
            continue
        print(f"{peer:44} memory {statistics.median(theirs[peer]['memory']):7.3f} s {ratio(theirs[peer]['memory'], ours['memory'])}"
              f"  process {statistics.median(theirs[peer]['process']):7.3f} s "
              f"{ratio(theirs[peer]['process'], ours['process']) if ours['process'] else ''}  λ {found[peer]:.6g}  above the best "
              f"{errors[peer] / least - 1:.1e}", flush=True)


def fit_alone(peer, folder):
    import pandas
    data = pandas.read_csv(pathlib.Path(folder) / "data.csv")
    fold = data["fold"].to_numpy()
    folds = [(numpy.flatnonzero(fold != k), numpy.flatnonzero(fold == k)) for k in range(FOLDS)]
    print(FITS[peer](data.drop(columns=["target", "fold"]).to_numpy(), data["target"].to_numpy(), folds))


def main():
    warnings.simplefilter("ignore")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if sys.argv[1:2] == ["--fit"]:
        return fit_alone(*sys.argv[2:4])
    parser = argparse.ArgumentParser()
    parser.add_argument("holdout"), parser.add_argument("bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--memory", action="store_true")
    arguments = parser.parse_args()
    for case in CASES:
        if arguments.only in case.name:
            compare(case, os.path.abspath(arguments.holdout), os.path.abspath(arguments.bench), arguments.rounds,
                    arguments.memory)


main()
