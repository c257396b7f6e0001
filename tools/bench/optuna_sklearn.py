#!/usr/bin/python3
"""One sweep twice, on one core: Optuna driving scikit-learn, and `holdout run`. Prints seconds a trial and the ratio.

Logistic regression with l2 on normal features; λ and learning rate drawn at random; Adam with bias correction, batches
of 64 rows, 5 epochs, float64, hold-out log loss. scikit-learn has the data in memory from the start; the time of
`holdout run` is that of the whole process: reading the CSV file, splitting, training, storing every trial, the report.
The two take turns, so that other work on the machine meets both; the median of the rounds' ratios counts.

Needs Debian's python3-sklearn and python3-optuna.
usage: tools/bench/optuna_sklearn.py [--holdout build/bench/holdout] [--trials 256] [--rows 20000] [--features 200] …
"""
import argparse
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
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

EPOCHS, BATCH = 5, 64
L2, RATE = (1e-6, 1e-1), (1e-4, 1e-1)

STUDY = """\
name: bench
seed: 1
data:
  file: data.csv
  target: target
  standardize: false
  split: {{method: column, column: part}}
model: {{type: logistic, l2: {{min: {l2[0]}, max: {l2[1]}, scale: log}}}}
training:
  optimizer: {{name: adam, bias_correction: true, epsilon_inside_root: false}}
  learning_rate: {{min: {rate[0]}, max: {rate[1]}, scale: log}}
  batch_size: {batch}
  epochs: {epochs}
objective: {{metric: log_loss}}
search: {{method: random, trials: {trials}}}
report: {{formats: [json]}}
"""


def make_data(rows, holdout, features):
    """Normal features; classes by a linear score with logistic noise. Rounded as the file has them."""
    random = numpy.random.default_rng(1)
    x = random.standard_normal((rows + holdout, features)).round(4)
    score = x @ random.standard_normal(features) * (4 / features**0.5)
    y = (random.random(rows + holdout) < 1 / (1 + numpy.exp(-score))).astype(int)
    return x, y


def write_csv(path, x, y, rows):
    with open(path, "w") as out:
        out.write(",".join([f"x{j}" for j in range(x.shape[1])] + ["target", "part"]) + "\n")
        for i, (row, target) in enumerate(zip(x, y)):
            out.write(",".join([f"{value:.4f}" for value in row]))
            out.write(f",{target},{'train' if i < rows else 'holdout'}\n")


def time_sklearn(study, x, y, rows, trials):
    def objective(trial):
        l2, rate = trial.suggest_float("l2", *L2, log=True), trial.suggest_float("rate", *RATE, log=True)
        model = MLPClassifier(hidden_layer_sizes=(), solver="adam", batch_size=BATCH, max_iter=EPOCHS, tol=0,
                              n_iter_no_change=10 * EPOCHS, learning_rate_init=rate,
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


def time_holdout(command, folder, trials):
    start = time.perf_counter()
    done = subprocess.run([command, "run", folder / "study.yaml", "--out", folder / "run", "--fresh", "--quiet",
                           "--threads", "1"], check=True, capture_output=True, text=True)
    return (time.perf_counter() - start) / trials, done.stdout.splitlines()[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--holdout", default="build/bench/holdout", help="the command (default: %(default)s)")
    parser.add_argument("--rows", type=int, default=20_000, help="training rows (default: %(default)s)")
    parser.add_argument("--holdout-rows", type=int, default=5_000, help="(default: %(default)s)")
    parser.add_argument("--features", type=int, default=200, help="(default: %(default)s)")
    parser.add_argument("--trials", type=int, default=256, help="trials of each side in all (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=4, help="turns; holdout runs all trials in each (default: %(default)s)")
    args = parser.parse_args()
    if not 1 <= args.rounds <= args.trials:
        parser.error("rounds must lie between 1 and the number of trials")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    x, y = make_data(args.rows, args.holdout_rows, args.features)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_csv(folder / "data.csv", x, y, args.rows)
        (folder / "study.yaml").write_text(
            STUDY.format(l2=L2, rate=RATE, batch=BATCH, epochs=EPOCHS, trials=args.trials))
        theirs, ours = [], []
        for turn in range(args.rounds):
            share = args.trials * (turn + 1) // args.rounds - args.trials * turn // args.rounds
            theirs.append(time_sklearn(study, x, y, args.rows, share))
            seconds, best = time_holdout(args.holdout, folder, args.trials)
            ours.append(seconds)
            print(f"round {turn + 1}: scikit-learn {theirs[-1]:.4f} s a trial, holdout {ours[-1]:.5f} s a trial", flush=True)
    print(f"{args.trials} trials, {args.rows} rows, {args.features} features, batch {BATCH}, {EPOCHS} epochs, one core")
    print(f"Optuna {optuna.__version__} + scikit-learn {sklearn.__version__}: {statistics.median(theirs):.4f} s a trial, "
          f"best log_loss: {study.best_value:.6f}")
    print(f"holdout, whole process: {statistics.median(ours):.5f} s a trial, {best}")
    print(f"ratio: {statistics.median(t / o for t, o in zip(theirs, ours)):.0f}")


main()
