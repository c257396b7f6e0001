#!/usr/bin/env python3
"""How often the best hold-out error of a search on noise is mistaken for a result, and how often the corrected one.

Two balanced classes that the 20 features know nothing of: whatever is trained, its true error is 1/2. Each seed has data
of its own, and a random search over perceptrons of one hidden layer: 256 configurations, measured on 100 rows. An
interval should hold 1/2 in 95 of 100 seeds.

usage: choice_bias.py HOLDOUT [SEEDS]     (100 seeds: about a minute)
"""
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

STUDY = """name: noise
seed: {seed}
data: {{file: noise.csv, target: y, split: {{method: holdout, fraction: 0.5, stratify: true}}}}
model: {{type: mlp, hidden: [{{min: 2, max: 32}}], activation: {{values: [relu, tanh]}}, l2: {{min: 1.0e-5, max: 1, scale: log}}}}
training:
  optimizer: adam
  learning_rate: {{min: 1.0e-3, max: 1, scale: log}}
  batch_size: {{values: [16, batch]}}
  epochs: 20
objective: {{metric: error}}
search: {{method: random, trials: 256}}
report: {{formats: [json]}}
"""


def run(binary: str, folder: Path, seed: int) -> dict:
    draw = random.Random(seed)
    rows = ["%s,%d" % (",".join("%.6f" % draw.gauss(0, 1) for _ in range(20)), i % 2) for i in range(200)]
    header = ",".join("x%d" % j for j in range(20)) + ",y"
    (folder / "noise.csv").write_text("\n".join([header] + rows) + "\n")
    (folder / "noise.yaml").write_text(STUDY.format(seed=seed))
    subprocess.run([binary, "run", str(folder / "noise.yaml"), "--fresh", "--out", str(folder / "run")],
                   check=True, stdout=subprocess.DEVNULL)
    return json.loads((folder / "run" / "report.json").read_text())["best"]


def main() -> None:
    binary, seeds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100
    held = {"best": 0, "corrected": 0}
    means = {"best": 0.0, "corrected": 0.0}
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            best = run(binary, Path(folder), seed)
        corrected, half = best["corrected"], 1.96 * best["uncertainty"]["value"]  # of a normal distribution, 95 %
        held["best"] += best["value"] - half <= 0.5 <= best["value"] + half
        held["corrected"] += corrected["low"] <= 0.5 <= corrected["high"]
        means["best"] += best["value"] / seeds
        means["corrected"] += corrected["value"] / seeds
    for name in held:
        print(f"{name:9}  mean error {means[name]:.4f}  95 % interval holds 1/2 in {held[name]} of {seeds}")


if __name__ == "__main__":
    main()
