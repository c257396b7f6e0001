#!/usr/bin/python3
"""One sweep twice, on one core: Optuna driving scikit-learn, and `holdout run`. Prints seconds a trial and the ratio.

Logistic regression with l2, 20 000 training rows and 5 000 hold-out rows of 200 normal features; λ and learning rate
drawn at random; Adam with bias correction, batches of 64 rows, 5 epochs, hold-out log loss. scikit-learn (float64) has
the data in memory from the start; the time of `holdout run` is that of the whole process: reading the CSV file,
splitting, training, storing every trial, the report. The two take turns, so that other work on the machine meets both;
the median of the rounds' ratios counts.

Needs Debian's python3-sklearn and python3-optuna.
usage: tools/bench/optuna_sklearn.py [HOLDOUT [TRIALS [THEIRS]]]
"""
import argparse
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
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

ROWS, HOLDOUT_ROWS, FEATURES = 20_000, 5_000, 200
EPOCHS, BATCH = 5, 64
ROUNDS = 4
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
  precision: {precision}
objective: {{metric: log_loss}}
search: {{method: random, trials: {trials}}}
report: {{formats: [json]}}
"""


def make_data():
    """Normal features; classes by a linear score with logistic noise. Rounded as the file has them."""
    random = numpy.random.default_rng(1)
    x = random.standard_normal((ROWS + HOLDOUT_ROWS, FEATURES)).round(4)
    score = x @ random.standard_normal(FEATURES) * (4 / FEATURES**0.5)
    y = (random.random(len(x)) < 1 / (1 + numpy.exp(-score))).astype(int)
    return x, y


def write_csv(path, x, y):
    with open(path, "w") as out:
        out.write(",".join([f"x{j}" for j in range(FEATURES)] + ["target", "part"]) + "\n")
        for i, (row, target) in enumerate(zip(x, y)):
            out.write(",".join([f"{value:.4f}" for value in row]))
            out.write(f",{target},{'train' if i < ROWS else 'holdout'}\n")


def time_sklearn(study, x, y, trials):
    """Seconds a trial."""
    def objective(trial):
        l2, rate = trial.suggest_float("l2", *L2, log=True), trial.suggest_float("rate", *RATE, log=True)
        model = MLPClassifier(hidden_layer_sizes=(), solver="adam", batch_size=BATCH, max_iter=EPOCHS, tol=0,
                              n_iter_no_change=10 * EPOCHS, learning_rate_init=rate,
                              alpha=l2 * BATCH,  # scikit-learn divides alpha by the rows of the batch
                              random_state=trial.number)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # max_iter is what we want
            model.fit(x[:ROWS], y[:ROWS])
        assert model.n_iter_ == EPOCHS
        return log_loss(y[ROWS:], model.predict_proba(x[ROWS:]))

    start = time.perf_counter()
    study.optimize(objective, n_trials=trials)
    return (time.perf_counter() - start) / trials


def time_holdout(command, folder, precision, trials):
    """Seconds a trial, and the best hold-out error."""
    study = folder / f"{precision}.yaml"
    study.write_text(STUDY.format(l2=L2, rate=RATE, batch=BATCH, epochs=EPOCHS, precision=precision, trials=trials))
    start = time.perf_counter()
    subprocess.run([command, "run", study, "--out", folder / precision, "--fresh", "--quiet", "--threads", "1"],
                   check=True, stdout=subprocess.DEVNULL)
    seconds = (time.perf_counter() - start) / trials
    return seconds, json.loads((folder / precision / "report.json").read_text())["best"]["value"]


def count(text):
    if int(text) < ROUNDS:
        raise ValueError
    return int(text)


def main():
    parser = argparse.ArgumentParser(description="Optuna + scikit-learn against holdout, one core")
    parser.add_argument("holdout", nargs="?", default="build/bench/holdout", help="the command (%(default)s)")
    parser.add_argument("trials", nargs="?", type=count, default=512, help="trials of a holdout run (%(default)s)")
    parser.add_argument("theirs", nargs="?", type=count, default=8, help="trials of scikit-learn in all (%(default)s)")
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    x, y = make_data()
    theirs, ours, best = [], {"float64": [], "float32": []}, {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_csv(folder / "data.csv", x, y)
        for _ in range(ROUNDS):
            theirs.append(time_sklearn(study, x, y, args.theirs // ROUNDS))
            for precision, seconds in ours.items():
                second, best[precision] = time_holdout(args.holdout, folder, precision, args.trials)
                seconds.append(second)
    print(f"{ROWS} rows, {FEATURES} features, batches of {BATCH}, {EPOCHS} epochs, Adam, one core")
    print(f"Optuna {optuna.__version__} + scikit-learn {sklearn.__version__}: {statistics.median(theirs):.4f} s a trial; "
          f"best log_loss of {len(study.trials)}: {study.best_value:.4f}")
    for precision, seconds in ours.items():
        ratios = sorted(t / o for t, o in zip(theirs, seconds))
        print(f"holdout {precision}, whole process: {statistics.median(seconds):.5f} s a trial; best log_loss of "
              f"{args.trials}: {best[precision]:.4f}; ratio {statistics.median(ratios):.0f} "
              f"({ratios[0]:.0f} to {ratios[-1]:.0f})")


main()
