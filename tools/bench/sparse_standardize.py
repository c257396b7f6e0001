#!/usr/bin/env python3
"""What data.standardize does to sparse rows: test errors of logistic regression, λ from a grid of 13 by hold-out rows; in
parentheses at the default λ.

words, binary: texts over 8 000 words (Zipf), 600 of which are rarer in one of two classes; counts, or 0 and 1.
units: columns of normal numbers in units between 0.01 and 100. tails: log-normal numbers, as of clicks or amounts. Both
with 5 to 60 % of the cells not zero. 3 000 rows each, 900 measure the search, 900 test.

usage: sparse_standardize.py HOLDOUT [SEED]     (a minute)
"""
import bisect
import itertools
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = 3000
STUDY = """data: {{file: rows.svm, standardize: {how}, split: {{method: holdout, fraction: 0.3, test: 0.3}}}}
model: {{type: logistic, l2: {{min: 1.0e-6, max: 100, scale: log, points: 13}}}}
training: {{optimizer: newton}}
objective: {{metric: error, bias_correction: off}}
search: {{method: grid}}
report: {{formats: [json]}}
"""


def words(draw, binary):
    size, informative = 8000, 600
    cumulative = list(itertools.accumulate(1 / (i + 2.7) for i in range(size)))
    shift = [0] * size
    for i in draw.sample(range(30, size // 4), informative):
        shift[i] = draw.choice([-1, 1])
    for _ in range(ROWS):
        y, counts, length = draw.choice([0, 1]), {}, max(5, int(draw.gauss(60, 20)))
        while sum(counts.values()) < length:
            i = bisect.bisect(cumulative, draw.random() * cumulative[-1])
            if shift[i] * (2 * y - 1) >= 0 or draw.random() < 0.5:
                counts[i] = counts.get(i, 0) + 1
        yield y, {i: 1 for i in counts} if binary else counts


def columns(draw, density, tails):
    count = int(15 / density) if density < 0.3 else 60
    unit = [1 if tails else 10 ** draw.uniform(-2, 2) for _ in range(count)]
    weight = [draw.choice([-1, 1]) if i < count // 3 else 0 for i in range(count)]
    for _ in range(ROWS):
        row = {i: draw.gauss(0, 1) for i in range(count) if draw.random() < density}
        if tails:
            row = {i: math.exp(1.5 * x) for i, x in row.items()}
        score = sum(weight[i] * (math.log1p(x) if tails else x) for i, x in row.items()) + draw.gauss(0, 1)
        yield int(score > 0), {i: x * unit[i] for i, x in row.items()}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    holdout, seed = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    data = {"words": lambda d: words(d, False), "binary words": lambda d: words(d, True)}
    for percent in (5, 40, 60):
        data[f"units, {percent} %"] = lambda d, p=percent: columns(d, p / 100, False)
        data[f"tails, {percent} %"] = lambda d, p=percent: columns(d, p / 100, True)
    hows = ("none", "deviation", "max_abs")
    print(f"{'test error':24}" + "".join(f"{how:>18}" for how in hows))
    for name, rows in data.items():
        line = f"{name:24}"
        with tempfile.TemporaryDirectory() as folder:
            with open(Path(folder) / "rows.svm", "w") as file:
                for y, row in rows(random.Random(f"{seed} {name}")):
                    file.write(f"{y} " + " ".join(f"{i + 1}:{x:.4g}" for i, x in sorted(row.items())) + "\n")
            for how in hows:
                (Path(folder) / "study.yaml").write_text(STUDY.format(how=how))
                subprocess.run([holdout, "run", "study.yaml", "--out", how], cwd=folder, check=True, capture_output=True)
                report = json.loads((Path(folder) / how / "report.json").read_text())
                tuned, default = report["best"]["refit"]["test"]["error"], report["findings"]["default"]["test"]["error"]
                line += f"{f'{tuned:.3f} ({default:.3f})':>18}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
