#!/usr/bin/env python3
"""Whether work grows in proportion to columns, levels, classes, trials, parameters and folds, and not with their square.

For each of these the command runs with n / 2, n and 2n of them, in valgrind, which counts the instructions. The second
step, n more, may cost 2.6 times as much as the first, n / 2 more: what is linear costs 2 (a sort somewhat more), what is
quadratic 4, and what does not depend on n drops out. Counts do not depend on the machine's other work: no time is
asserted.

usage: scaling.py BINARY [NAME…]      exit 77: there is no valgrind, or it cannot run the command on this CPU
"""
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile

MOST = 2.6
ROWS = 20  # of tables that are wide

STUDY = """name: scaling
seed: 1
data: {{{data}}}
model: {{{model}}}
training: {training}
objective: {{metric: {metric}}}
search: {search}
report: {{formats: [{formats}]}}
"""
DESCENT = "{optimizer: gd, learning_rate: 0.01, epochs: 1}"


def study(folder, data, model="type: logistic, l2: 0.1", training=DESCENT, metric="log_loss", search="{method: grid}",
          formats="json, csv, markdown, html"):
    (folder / "study.yaml").write_text(STUDY.format(data=data, model=model, training=training, metric=metric,
                                                    search=search, formats=formats))


def listed(names):
    return "[" + ", ".join(names) + "]"


def table(folder, columns, rows, cell, target=lambda i: str(i % 2)):
    """data.csv: y and the columns; cell(i, j) is the text in row i."""
    with open(folder / "data.csv", "w", encoding="utf-8") as file:
        file.write(",".join(["y"] + columns) + "\n")
        for i in range(rows):
            file.write(",".join([target(i)] + [cell(i, j) for j in range(len(columns))]) + "\n")


def number(i, j):
    return str((i * 7919 + j * 104729 + i * j) % 1000 - 500)


RUN = ["run", "study.yaml", "--out", "run", "--threads", "1", "--quiet"]
PREDICT = ["predict", "run", "data.csv"]


# Each writes what n of its kind need, and returns the commands whose instructions count.

def columns(folder, n):
    """Numbers, with every list of a study that names columns, and groups of them by pattern."""
    names = [f"{'abcd'[j % 4]}{j // 4}" for j in range(n)]
    table(folder, names, ROWS, number)
    groups = ", ".join(f'g{k}: {{columns: ["c{k}*"], l2: 0.1}}' for k in range(1, 10))
    groups += ", rest: {columns: " + listed(x for x in names if x[0] == "a") + ", l2: 0.2}"
    study(folder, "file: data.csv, target: y, categorical: [], split: {method: holdout, fraction: 0.25}, features: "
          "{exclude: " + listed(x for x in names if x[0] == "b") + "}",
          "type: logistic, l2: {value: 0.1, groups: {" + groups + "}}")
    return [RUN, PREDICT, ["init", "data.csv", "--target", "y"]]


def included(folder, n):
    """All but a few columns are named, as features and as categories."""
    names = [f"x{j}" for j in range(n)]
    table(folder, names, ROWS, lambda i, j: str((i + j) % 3))
    study(folder, "file: data.csv, target: y, split: {method: holdout, fraction: 0.25}, categorical: " + listed(names) +
          ", features: {include: " + listed(names) + "}")
    return [["validate", "study.yaml"]]


def levels(folder, n):
    table(folder, [f"t{j}" for j in range(n // 20)], 60, lambda i, j: f"level{(i + j) % 20}")
    study(folder, "file: data.csv, target: y, split: {method: holdout, fraction: 0.25}")
    return [RUN, PREDICT]


def sparse(folder, n):
    """Features of which each row names a few; together they name all."""
    draw = random.Random(1)
    with open(folder / "data.libsvm", "w", encoding="utf-8") as file:
        for i in range(200):
            own = set(range(i * n // 200, (i + 1) * n // 200)) | {draw.randrange(n) for _ in range(3)}
            file.write(f"{i % 3} " + " ".join(f"{j + 1}:{j % 7 + 1}" for j in sorted(own)) + "\n")
    study(folder, "file: data.libsvm, split: {method: holdout, fraction: 0.25}", "type: softmax, l2: 0.1")
    return [RUN, ["predict", "run", "data.libsvm"], ["export", "run", "--to", "python"]]


def classes(folder, n):
    """Rows stay as many as they are: they are at least three for each class."""
    table(folder, ["a", "b"], 1200, number, lambda i: f"class{i % n}")
    study(folder, "file: data.csv, target: y, split: {method: holdout, fraction: 0.25}", "type: softmax, l2: 0.1")
    return [RUN, PREDICT, ["export", "run", "--to", "python"]]


def trials(folder, n):
    table(folder, ["a"], ROWS, number)
    study(folder, "file: data.csv, target: y, split: {method: holdout, fraction: 0.25}",
          "type: logistic, l2: {min: 0.1, max: 1}", search=f"{{method: random, trials: {n}}}")
    return [RUN, ["report", "run"]]


def parameters(folder, n):
    """A λ for each of many features."""
    table(folder, [f"x{j}" for j in range(n)], ROWS, number)
    study(folder, "file: data.csv, target: y, split: {method: holdout, fraction: 0.25}",
          "type: logistic, l2: {each: feature, min: 0.1, max: 1}", search="{method: random, trials: 24}")
    return [RUN, ["verify", "run"]]


def groups(folder, n):
    """The same in words: groups of one feature each, with ranges of their own, followed by gradient."""
    table(folder, [f"x{j}" for j in range(n)], 60, number)
    text = ", ".join(f"g{j}: {{columns: [x{j}], l2: {{min: 0.1, max: 1}}}}" for j in range(n))
    study(folder, "file: data.csv, target: y, split: {method: holdout, fraction: 0.25, test: 0.25}",
          "type: logistic, l2: {value: 0.1, groups: {" + text + "}}", "{optimizer: lbfgs}",
          search="{method: gradient, evaluations: 3}")
    return [["validate", "study.yaml"]]


def folds(folder, n):
    """Rows stay as many as they are, a few for each fold."""
    table(folder, ["a"], 400, number, lambda i: str(i % 7))
    study(folder, f"file: data.csv, target: y, split: {{method: kfold, folds: {n}}}", "type: linear, l2: 0.1",
          metric="mse")
    return [RUN]


def values(folder, n):
    """A grid over listed values of one parameter. They are few: Optuna's tables repeat all of them for each trial."""
    table(folder, ["a"], ROWS, number)
    study(folder, "file: data.csv, target: y, split: {method: holdout, fraction: 0.25}",
          "type: logistic, l2: {values: " + listed(str(k) for k in range(1, n + 1)) + "}")
    return [["validate", "study.yaml"]]


# Of each half as many, so many, and twice as many.
KINDS = {columns: 2000, included: 2000, levels: 1000, sparse: 2000, classes: 100, trials: 300, parameters: 160,
         groups: 1000, folds: 100, values: 4000}


def instructions(binary, folder, command):
    log = folder / "valgrind.log"
    subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
                    f"--log-file={log}", binary, *command], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return int(re.search(r"I\s+refs:\s+([\d,]+)", log.read_text()).group(1).replace(",", ""))


def counts(binary, kind, n):
    """[command]: instructions."""
    with tempfile.TemporaryDirectory(prefix="holdout-scaling-") as name:
        folder = pathlib.Path(name)
        commands = kind(folder, n)
        return {command[0]: instructions(binary, folder, command) for command in commands}


def main(binary, names):
    if not shutil.which("valgrind"):
        print("no valgrind: nothing is counted")
        return 77
    binary, worst = str(pathlib.Path(binary).resolve()), 0
    # Valgrind tells programs of RDTSCP, and does not know it on a virtual machine whose CPU lacks it.
    probe = subprocess.run(["valgrind", "--tool=none", "-q", binary, "--version"], capture_output=True)
    if probe.returncode == -signal.SIGILL:
        print("valgrind does not know an instruction of the command on this CPU: nothing is counted")
        return 77
    for kind, n in KINDS.items():
        if names and kind.__name__ not in names:
            continue
        half, once, twice = (counts(binary, kind, k) for k in (n // 2, n, 2 * n))
        for command in once:
            first, second = once[command] - half[command], twice[command] - once[command]
            ratio = second / first
            worst = max(worst, ratio)
            print(f"{kind.__name__:10} {command:8} {n // 2:6} {half[command] / 1e6:8.1f} M {n:6} "
                  f"{once[command] / 1e6:8.1f} M {2 * n:6} {twice[command] / 1e6:8.1f} M: {ratio:.2f}"
                  f"{'  more than in proportion' if ratio > MOST else ''}", flush=True)
    return 1 if worst > MOST else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
