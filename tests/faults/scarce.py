"""What the scripts share that run holdout where little is as it should be: a study that they make themselves, calling the
command, and what every refusal has to be: an exit code of ours, and words that blame the right one.
"""
import atexit, json, os, random, shutil, subprocess, sys, tempfile

from faults import broken, check

FOLDER = tempfile.mkdtemp(prefix="holdout-little-")  # of everything here
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.chmod(FOLDER, 0o755)
NOT_SAID = ("mistake of", "bug in", "unexpected", "terminate called", "std::", "core dumped")


def make_study(folder, epochs=20, trials=48):
    """Three features, one text column, weights and parts in files of their own: everything that a study can read."""
    draw = random.Random(11)
    with open(folder + "/rows.csv", "w") as rows, open(folder + "/weights.csv", "w") as weights, \
         open(folder + "/parts.csv", "w") as parts:
        rows.write("a,b,kind,y\n"), weights.write("w\n"), parts.write("part\n")
        for i in range(240):
            a, b, kind = draw.gauss(0, 1), draw.gauss(0, 2), draw.choice(["red", "blue"])
            rows.write(f"{a:.5f},{b:.5f},{kind},{2 * a - b + (kind == 'red') + draw.gauss(0, .3):.5f}\n")
            weights.write(f"{1 + i % 3}\n"), parts.write(("train", "train", "holdout", "test")[i % 4] + "\n")
    with open(folder + "/study.yaml", "w") as study:
        study.write(f"""name: limits
seed: 4
data: {{file: rows.csv, target: y, weight: {{column: w, file: weights.csv}},
       split: {{method: column, column: part, file: parts.csv}}}}
model: {{type: linear, l2: {{min: 1e-5, max: 1, scale: log}}}}
training: {{optimizer: {{values: [adam, momentum]}}, learning_rate: 0.01, batch_size: 16, epochs: {epochs}}}
search: {{method: random, trials: {trials}, batch: 8}}
""")
    return folder + "/study.yaml"


def new_folder():
    folder = tempfile.mkdtemp(dir=FOLDER)
    os.chmod(folder, 0o777)  # for another user, too
    return folder


def call(command, **how):
    """-> exit code (None: it hung), what it said"""
    try:
        p = subprocess.run(command, stdin=how.pop("stdin", subprocess.DEVNULL), stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, timeout=120, **how)
        return p.returncode, p.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return None, ""


def in_words(label, code, said, codes=(1, 2)):
    """Whether it was refused as it should be: an exit code of ours, and words that blame the right one."""
    check(code in codes, f"{label}: exit {'none, it hung' if code is None else code}: {said[-300:]}")
    check("error: " in said, f"{label}: says {said[-300:]!r}")
    check(not [w for w in NOT_SAID if w in said], f"{label}: says {said[-300:]!r}")


def report_of(out):
    with open(out + "/report.json") as f:
        report = json.load(f)
    del report["run"]
    with open(out + "/trials.csv") as f:
        return json.dumps(report), f.read()


def main(doc, test):
    """Calls test(HOLDOUT, COUNT) with the arguments of the command line, and exits with 1 if a promise is broken."""
    if len(sys.argv) < 2:
        sys.exit(doc)
    test(os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
    print(f"{len(broken)} promises broken")
    sys.exit(bool(broken))
