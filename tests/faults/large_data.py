#!/usr/bin/env python3
"""How much memory a run needs for many rows: a logistic regression in float32 of ROWS x COLUMNS numbers.

usage: large_data.py HOLDOUT [ROWS (1000000)] [COLUMNS (100)] [MORE (0)]
exit code 1: above 1.5 times the numbers' size as floats, and MORE megabytes. Writes 5 bytes a number to the folder for
temporary files, and twice 8 while it runs, which should be on a disk.
"""
import os, random, shutil, subprocess, sys, tempfile, time

holdout = os.path.abspath(sys.argv[1])
rows, columns, more = [int(sys.argv[i]) if len(sys.argv) > i else d for i, d in ((2, 1_000_000), (3, 100), (4, 0))]
base = tempfile.mkdtemp(prefix="holdout-large-data-")
draw = random.Random(1)
WIDTH = 10  # columns of a piece; a row is made of pieces, since a million rows of single cells take minutes
pieces = []
for _ in range(5000):
    cells = [draw.randrange(1000) for _ in range(WIDTH)]
    pieces.append((",".join(f"{c / 100:.2f}" for c in cells), sum(cells[:3])))
with open(base + "/a.csv", "w") as f:
    names = [f"x{j}" for j in range(columns // WIDTH * WIDTH)]
    f.write(",".join(names) + ",y\n")
    for _ in range(rows):
        row = draw.choices(pieces, k=len(names) // WIDTH)
        f.write(",".join(piece for piece, _ in row) + (",a\n" if row[0][1] + draw.randrange(1000) > 2000 else ",b\n"))
with open(base + "/study.yaml", "w") as f:
    f.write("""name: large
data: {file: a.csv, target: y}
model: {type: logistic, l2: {min: 1e-6, max: 1, scale: log}}
training: {optimizer: adam, learning_rate: {min: 1e-3, max: 0.1, scale: log}, batch_size: 1024, epochs: 2, precision: float32}
objective: {metric: log_loss}
search: {method: random, trials: 32}
""")
begun = time.time()
p = subprocess.Popen([holdout, "run", base + "/study.yaml", "--out", base + "/run", "--quiet", "--threads", "2"])
_, status, usage = os.wait4(p.pid, 0)
code, peak, size = os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024 / 1e6, rows * len(names) * 4 / 1e6
print(f"{rows} rows of {len(names)} numbers, {size:.0f} MB as floats: peak {peak:.0f} MB, {peak / size:.2f} times as much; "
      f"{time.time() - begun:.1f} s; exit {code}")
shutil.rmtree(base)
sys.exit(0 if code == 0 and peak <= 1.5 * size + more else 1)
