#!/usr/bin/python3
"""One sweep twice, on one core: Optuna driving scikit-learn, and `holdout run`. Prints seconds a trial and the ratio.

Problems: logistic, 20 000 training rows of 200 features; softmax, 5 000 of 64, 10 classes; mlp, 4 096 of 36, 32 hidden
units, 6 classes; sparse, logistic on 20 000 rows of 50 000 features, 75 of them not zero. A quarter as many hold-out
rows; weight decay and learning rate drawn at random; Adam with bias correction, batches of 64 rows, 5 epochs, hold-out
log loss. scikit-learn (MLPClassifier, float64) has the data in memory from the start; the time of `holdout run` is that
of the whole process: reading the file, splitting, training, storing every trial, the report. The two take turns, so that
other work on the machine meets both; the median of the rounds' ratios counts.

Needs Debian's python3-sklearn and python3-optuna.
usage: tools/bench/optuna_sklearn.py [HOLDOUT [TRIALS [THEIRS]]] [--problem NAME]
"""
import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import warnings

os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core, for the processes started from here too
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when numpy is imported

import numpy
import optuna
import scipy.sparse
import sklearn
from sklearn.datasets import dump_svmlight_file
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

EPOCHS, BATCH = 5, 64
ROUNDS = 4
L2, RATE = (1e-6, 1e-1), (1e-4, 1e-1)


@dataclasses.dataclass
class Problem:
    name: str
    rows: int  # for training; a quarter as many are held out
    features: int
    classes: int
    model: str  # as the study has it
    hidden: tuple = ()
    nonzeros: int = 0  # of a sparse row


PROBLEMS = [Problem("logistic", 20_000, 200, 2, "type: logistic"),
            Problem("softmax", 5_000, 64, 10, "type: softmax"),
            Problem("mlp", 4_096, 36, 6, "type: mlp, hidden: [32], activation: relu", hidden=(32,)),
            Problem("sparse", 20_000, 50_000, 2, "type: logistic", nonzeros=75)]

STUDY = """\
name: bench
seed: 1
data:
  {data}
  standardize: false
model: {{{model}, l2: {{min: {l2[0]}, max: {l2[1]}, scale: log}}}}
training:
  optimizer: {{name: adam, bias_correction: true, epsilon_inside_root: false}}
  learning_rate: {{min: {rate[0]}, max: {rate[1]}, scale: log}}
  batch_size: {batch}
  epochs: {epochs}
  precision: {precision}
objective: {{metric: log_loss}}
search: {{method: random, trials: {trials}}}
report: {{formats: [json]}}
"""


def make_data(problem):
    """Normal features; classes by linear scores with noise. Rounded as the file has them."""
    random = numpy.random.default_rng(1)
    rows, d = problem.rows + problem.rows // 4, problem.features
    if problem.nonzeros:
        columns = numpy.concatenate([random.choice(d, problem.nonzeros, replace=False) for _ in range(rows)])
        values = random.standard_normal(len(columns)).round(4)
        x = scipy.sparse.csr_matrix((values, columns, numpy.arange(rows + 1) * problem.nonzeros), shape=(rows, d))
        x.sort_indices()
    else:
        x = random.standard_normal((rows, d)).round(4)
    scores = x @ random.standard_normal((d, problem.classes)) * (4 / (problem.nonzeros or d) ** 0.5)
    y = (scores + random.gumbel(size=scores.shape)).argmax(axis=1)
    return x, y


def write_data(folder, problem, x, y):
    """The file, and what a study says of it."""
    if problem.nonzeros:
        dump_svmlight_file(x, y, str(folder / "data.svm"), zero_based=False)
        return "file: data.svm\n  split: {method: holdout, fraction: 0.2}"
    with open(folder / "data.csv", "w") as out:
        out.write(",".join([f"x{j}" for j in range(problem.features)] + ["target", "part"]) + "\n")
        for i, (row, target) in enumerate(zip(x, y)):
            out.write(",".join([f"{value:.4f}" for value in row]))
            out.write(f",{target},{'train' if i < problem.rows else 'holdout'}\n")
    return "file: data.csv\n  target: target\n  split: {method: column, column: part}"


def time_sklearn(study, problem, x, y, trials):
    """Seconds a trial."""
    rows = problem.rows

    def objective(trial):
        l2, rate = trial.suggest_float("l2", *L2, log=True), trial.suggest_float("rate", *RATE, log=True)
        model = MLPClassifier(hidden_layer_sizes=problem.hidden, solver="adam", batch_size=BATCH, max_iter=EPOCHS,
                              tol=0, n_iter_no_change=10 * EPOCHS, learning_rate_init=rate,
                              alpha=l2 * BATCH,  # scikit-learn divides alpha by the rows of the batch
                              random_state=trial.number)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # max_iter is what we want
            model.fit(x[:rows], y[:rows])
        assert model.n_iter_ == EPOCHS
        return log_loss(y[rows:], model.predict_proba(x[rows:]))

    start = time.perf_counter()
    study.optimize(objective, n_trials=trials)
    return (time.perf_counter() - start) / trials


def time_holdout(command, folder, problem, data, precision, trials):
    """Seconds a trial, and the best hold-out error."""
    study = folder / f"{precision}.yaml"
    study.write_text(STUDY.format(data=data, model=problem.model, l2=L2, rate=RATE, batch=BATCH, epochs=EPOCHS,
                                  precision=precision, trials=trials))
    start = time.perf_counter()
    subprocess.run([command, "run", study, "--out", folder / precision, "--fresh", "--quiet", "--threads", "1"],
                   check=True, stdout=subprocess.DEVNULL)
    seconds = (time.perf_counter() - start) / trials
    return seconds, json.loads((folder / precision / "report.json").read_text())["best"]["value"]


def compare(problem, args):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    x, y = make_data(problem)
    theirs, ours, best = [], {"float64": [], "float32": []}, {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        data = write_data(folder, problem, x, y)
        for _ in range(ROUNDS):
            theirs.append(time_sklearn(study, problem, x, y, args.theirs // ROUNDS))
            for precision, seconds in ours.items():
                second, best[precision] = time_holdout(args.holdout, folder, problem, data, precision, args.trials)
                seconds.append(second)
    print(f"{problem.name}: {problem.rows} rows, {problem.features} features, {problem.model}, batches of {BATCH}, "
          f"{EPOCHS} epochs, Adam, one core")
    print(f"  Optuna {optuna.__version__} + scikit-learn {sklearn.__version__}: {statistics.median(theirs):.4f} s a "
          f"trial; best log_loss of {len(study.trials)}: {study.best_value:.4f}")
    for precision, seconds in ours.items():
        ratios = sorted(t / o for t, o in zip(theirs, seconds))
        print(f"  holdout {precision}, whole process: {statistics.median(seconds):.5f} s a trial; best log_loss of "
              f"{args.trials}: {best[precision]:.4f}; ratio {statistics.median(ratios):.0f} "
              f"({ratios[0]:.0f} to {ratios[-1]:.0f})", flush=True)


def count(text):
    if int(text) < ROUNDS:
        raise ValueError
    return int(text)


def main():
    parser = argparse.ArgumentParser(description="Optuna + scikit-learn against holdout, one core")
    parser.add_argument("holdout", nargs="?", default="build/bench/holdout", help="the command (%(default)s)")
    parser.add_argument("trials", nargs="?", type=count, default=512, help="trials of a holdout run (%(default)s)")
    parser.add_argument("theirs", nargs="?", type=count, default=8, help="trials of scikit-learn in all (%(default)s)")
    parser.add_argument("--problem", choices=[p.name for p in PROBLEMS], help="this one only (all)")
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    for problem in PROBLEMS:
        if args.problem in (None, problem.name):
            compare(problem, args)


main()
