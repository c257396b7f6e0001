#!/usr/bin/env python3
"""Signals in searches whose answers take several passes: derivatives through training steps and at minima, several starts,
k-fold, leave-one-out. An interrupted answer must never be taken for one.

usage: interruptions.py HOLDOUT TEST [COUNT]      TEST: one of the functions below, or `all`
exit codes: 0 as promised; 1 a promise is broken

Every test makes a study of its own, with random data. It ends by running the study again, until it is done, and compares
with a run that nothing happened to, as faults.py does.
"""
import os, random, shutil, signal, sqlite3, subprocess, sys, tempfile, time

import faults
from faults import Run, check

draw = random.Random(2)


def table(rows, features, classes):
    """CSV text: features, and a target y of two classes, or a number."""
    weights = [draw.gauss(0, 1) for _ in range(features)]
    lines = [",".join(f"x{j}" for j in range(features)) + ",y"]
    for _ in range(rows):
        x = [draw.gauss(0, 1) for _ in range(features)]
        score = sum(w * v for w, v in zip(weights, x)) / features**0.5 + draw.gauss(0, 1)
        lines.append(",".join(f"{v:.4f}" for v in x) + f",{int(score > 0) if classes else round(score, 4)}")
    return "\n".join(lines) + "\n"


def use(name, text, rows, features, classes=True, undisturbed=True):
    """Makes a study what faults.Run runs, and runs it to its end. -> seconds that took"""
    folder = tempfile.mkdtemp(dir=faults.FOLDER.name)
    with open(folder + "/rows.csv", "w") as f:
        f.write(table(rows, features, classes))
    with open(folder + "/study.yaml", "w") as f:
        f.write(f"name: {name}\nseed: {draw.randrange(1000)}\n" + text)
    faults.STUDY = folder + "/study.yaml"
    if not undisturbed:
        return 0
    whole = Run()
    began = time.time()
    code, words = whole.run()
    seconds = time.time() - began
    if code != 0:
        sys.exit(f"the study itself ends with {code}: {words}")
    faults.WHOLE_REPORT, faults.WHOLE_TRIALS = whole.report(), whole.finished_trials()
    print(f"  undisturbed: {len(faults.WHOLE_TRIALS)} trials in {seconds:.2f} s", flush=True)
    shutil.rmtree(whole.base, ignore_errors=True)
    return seconds


DATA = "data: {file: rows.csv, target: y, split: {method: holdout, fraction: 0.25, test: 0.2}}\n"


def signals(count, seconds):
    """COUNT signals, each at a random moment of a run of its own. Prints how many came in its middle."""
    middle, longest, before = 0, 0.0, len(faults.broken)
    for i in range(count):
        run = Run()
        p = run.start()
        time.sleep(draw.uniform(0.05, 0.95) * seconds)
        which = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[i % 3]
        sent = time.time()
        p.send_signal(which)
        said = p.communicate(timeout=60)[1].decode("utf-8", "replace")
        # -which: before the command has begun to listen
        check(p.returncode in (0, 128 + which, -which), f"exit {p.returncode} after signal {which}: {said[-300:]}")
        if p.returncode != 0:
            longest = max(longest, time.time() - sent)
        middle += p.returncode == 128 + which
        run.finish(f"{os.path.basename(faults.STUDY)}, signal {i}")
    print(f"  {count} signals, {middle} of them in the middle; the longest way out took {longest:.2f} s; "
          f"{len(faults.broken) - before} promises broken", flush=True)


def forward(count):
    """Derivatives through the steps of small batches: a training, then its tangents."""
    seconds = use("forward", DATA + """model: {type: logistic, l2: {min: 1e-6, max: 1, scale: log}}
training: {optimizer: adam, learning_rate: {min: 1e-4, max: 1, scale: log}, batch_size: 16, epochs: 60}
search: {method: gradient, evaluations: 40}
""", 700, 12)
    signals(count, seconds)


def forward_each(count):
    """A λ for each of many features: tangents are most of the work."""
    seconds = use("forward-each", DATA + """model: {type: linear, l2: {each: feature, min: 1e-4, max: 10, scale: log}}
training: {optimizer: momentum, learning_rate: 0.01, batch_size: 32, epochs: 8}
search: {method: gradient, evaluations: 12}
""", 500, 40, classes=False)
    signals(count, seconds)


def forward_mlp(count):
    """The same of perceptrons, with k folds and early stopping."""
    seconds = use("forward-mlp", """data: {file: rows.csv, target: y, split: {method: kfold, folds: 3, test: 0.2}}
model: {type: mlp, hidden: [8], activation: tanh, l2: {min: 1e-5, max: 1, scale: log}}
training: {optimizer: adam, learning_rate: {min: 1e-3, max: 0.1, scale: log}, batch_size: 32, epochs: 12,
           stop: {patience: 5}}
objective: {metric: log_loss}
search: {method: gradient, evaluations: 14}
""", 400, 6)
    signals(count, seconds)


def implicit(count):
    """Derivatives at minima: solves near others, adjoints, a winner that is solved again."""
    seconds = use("implicit", """data: {file: rows.csv, target: y, split: {method: kfold, folds: 4, test: 0.2}}
model: {type: logistic, l2: {min: 1e-6, max: 100, scale: log}, l1: {values: [0, 0.001, 0.01]}}
training: {optimizer: exact}
search: {method: gradient}
""", 4000, 60)
    signals(count, seconds)


def starts(count):
    """Perceptrons, each from several initializations."""
    seconds = use("starts", DATA + """model: {type: mlp, hidden: [8], l2: {min: 1e-5, max: 1, scale: log}}
training: {optimizer: adam, learning_rate: {min: 1e-3, max: 0.1, scale: log}, batch_size: 32, epochs: 30, starts: 3}
objective: {metric: log_loss}
search: {method: random, trials: 48, batch: 16}
""", 600, 10)
    signals(count, seconds)


def kfold(count):
    """Folds side by side: a trial is done when all are."""
    seconds = use("kfold", """data: {file: rows.csv, target: y, split: {method: kfold, folds: 5, test: 0.2}}
model: {type: logistic, l2: {min: 1e-6, max: 1, scale: log}}
training: {optimizer: {values: [gd, adam]}, learning_rate: {min: 1e-3, max: 1, scale: log}, batch_size: 8, epochs: 40}
search: {method: random, trials: 120, batch: 40}
""", 800, 10)
    signals(count, seconds)


def leave_one_out(count):
    """Every row measured by the models that lack it."""
    seconds = use("leave-one-out", """data: {file: rows.csv, target: y, split: {method: leave_one_out, test: 0.2}}
model: {type: linear, l2: {min: 1e-6, max: 100, scale: log}}
training: {optimizer: exact}
search: {method: gradient, seeds: 60, evaluations: 200}
""", 2500, 150, classes=False)
    signals(count, seconds)


def winner(count):
    """Few trials; most of the time goes into the winner, its refit, and the defaults that it is compared with."""
    seconds = use("winner", """data: {file: rows.csv, target: y, split: {method: kfold, folds: 3, test: 0.2}}
model: {type: logistic, l2: {values: [0.001, 0.01]}, class_weight: balanced}
training: {optimizer: adam, learning_rate: {values: [0.02, 0.05]}, batch_size: 4, epochs: 250}
search: {method: grid}
""", 900, 10)
    signals(count, seconds)


def verify(count):
    """Signals in `holdout verify --all`: it says that it was interrupted, and leaves nothing behind."""
    use("verified", DATA + """model: {type: logistic, l2: {min: 1e-6, max: 100, scale: log}}
training: {optimizer: exact}
search: {method: gradient, seeds: 20}
""", 6000, 60)
    run = Run()
    run.run()
    command = [faults.HOLDOUT, "verify", run.out, "--all", "--threads", "2"]
    began = time.time()
    code = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
    seconds = time.time() - began
    check(code == 0, f"verify ends with {code}")
    middle = 0
    for i in range(count):
        temporary = tempfile.mkdtemp(dir=faults.FOLDER.name)
        p = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": temporary})
        time.sleep(draw.uniform(0.05, 0.95) * seconds)
        p.send_signal(signal.SIGINT)
        out, said = p.communicate(timeout=60)
        check(p.returncode in (0, 130, -signal.SIGINT), f"verify: exit {p.returncode} after a signal: {said[-300:]}")
        if b"ending:" in said and p.returncode == 130:
            middle += 1
            check(b"interrupted: " in said, f"verify does not say that it was interrupted: {said[-300:]}")
            check(b" is " not in out, f"verify found a difference when it was interrupted: {out[-300:]}")
            check(not os.listdir(temporary), f"verify left {os.listdir(temporary)}")
    print(f"  {count} signals, {middle} of them in the middle")
    run.finish("verify")


def lose_derivatives(run, number, how):
    """Makes of a stored run what an earlier holdout left when it was interrupted in a tangent pass."""
    db = sqlite3.connect(run.out + "/study.db")
    at = "trial_id = (select trial_id from trials where number = ?) and \"key\" = 'holdout:gradient'"
    if how == "none":
        changed = db.execute("delete from trial_user_attributes where " + at, (number,)).rowcount
    else:
        old = db.execute("select value_json from trial_user_attributes where " + at, (number,)).fetchone()[0]
        new = "[" + ",".join('"nan"' for _ in old.split(",")) + "]"
        changed = db.execute("update trial_user_attributes set value_json = ? where " + at, (new, number)).rowcount
    check(changed == 1, f"trial {number} has no derivatives to lose")
    if how == "astray":  # what a search may ask for that was told nothing
        db.execute("update trial_params set param_value = param_value * 1.5 where trial_id in (select trial_id from trials "
                   "where number > ?)", (number,))
    if how == "open":  # the run ended there
        last = "trial_id in (select trial_id from trials where number > ?)"
        for name in ("trial_params", "trial_values", "trial_intermediate_values", "trial_user_attributes", "trials"):
            db.execute(f"delete from {name} where " + last, (number,))
        db.execute("delete from study_user_attributes where \"key\" = 'holdout:winner'")
        db.execute("update study_user_attributes set value_json = replace(value_json, '\"interrupted\":false', "
                   "'\"interrupted\":true') where \"key\" = 'holdout:facts'")
    db.execute("update trials set holdout_check = 0, holdout_detail_check = 0")  # that holdout stored no checksums
    db.commit()
    db.close()


def stored(count):
    """Runs that hold complete trials without derivatives, finished and not: those trials are trained again."""
    use("stored", DATA + """model: {type: logistic, l2: {min: 1e-6, max: 1, scale: log}}
training: {optimizer: adam, learning_rate: {min: 1e-4, max: 1, scale: log}, batch_size: 16, epochs: 10}
objective: {bias_correction: off}   # that holdout had none, and what it needs of each trial is not stored
search: {method: gradient, evaluations: 20}
""", 300, 6)
    last = max(faults.WHOLE_TRIALS)
    for i in range(count):
        for how in ("nan", "none", "astray", "open"):
            run = Run()
            check(run.run()[0] == 0, "the study itself fails")
            number = draw.randint(0, last)
            lose_derivatives(run, number, how)
            code, said = run.run()
            check(f"trial {number} was stored without its derivatives" in said, f"{how}: does not say so: {said[-300:]}")
            check("trained again" not in run.run()[1].replace("nothing is trained again", ""), f"{how}: trains them every time")
            run.finish(f"{how}, trial {number}")


def locked(count):
    """Another program holds the database's lock for as long as the run takes to end: it ends all the same."""
    seconds = use("locked", DATA + """model: {type: logistic, l2: {min: 1e-6, max: 1, scale: log}}
training: {optimizer: adam, learning_rate: {min: 1e-4, max: 1, scale: log}, batch_size: 8, epochs: 60}
search: {method: random, trials: 60, batch: 10}
""", 600, 8)
    waited = 0
    for i in range(count):
        run = Run()
        p = run.start()
        while p.poll() is None and not run.finished_trials():
            time.sleep(0.01)
        db = sqlite3.connect(run.out + "/study.db", timeout=30, isolation_level=None)
        db.execute("begin immediate")
        time.sleep(draw.uniform(0, seconds))
        p.send_signal(signal.SIGINT)
        try:
            said = p.communicate(timeout=25)[1].decode()  # less than the half minute that a run waits for a lock
            check(p.returncode in (0, 130), f"locked: exit {p.returncode}: {said[-300:]}")
        except subprocess.TimeoutExpired:
            check(False, "locked: it waits for the lock")
        waited += p.returncode == 130
        db.execute("rollback")
        db.close()
        p.kill()
        p.communicate()
        run.finish(f"locked, signal {i}")
    print(f"  {count} signals, {waited} while the run could not store")


def bounded(count):
    """Steps that take longer than a signal may: eigenvalues of many features, Hessians, tangents of many λ on many rows,
    reports on many trials. Prints how long each way out took; a minute is a hang."""
    studies = {
        "eigenvalues": ("data: {file: rows.csv, target: y}\nmodel: {type: linear, l2: {min: 1e-6, max: 1, scale: log}}\n"
                        "training: {optimizer: exact}\nsearch: {method: gradient}\n", 3000, 2500, False),
        "hessians": ("data: {file: rows.csv, target: y}\nmodel: {type: logistic, l2: {min: 1e-6, max: 1, scale: log}}\n"
                     "training: {optimizer: exact}\nsearch: {method: gradient}\n", 3000, 1900, True),
        "products": ("data: {file: rows.csv, target: y}\nmodel: {type: logistic, l2: {min: 1e-9, max: 1, scale: log}}\n"
                     "training: {optimizer: exact}\nsearch: {method: gradient}\n", 3000, 2500, True),
        "tangents": (DATA + "model: {type: linear, l2: {each: feature, min: 1e-4, max: 10, scale: log}}\n"
                     "training: {optimizer: adam, learning_rate: 0.01, batch_size: batch, epochs: 1000}\n"
                     "search: {method: gradient}\n", 20000, 100, False),
        "reports": ("data: {file: rows.csv, target: y}\nmodel: {type: linear, l2: {min: 1e-6, max: 1, scale: log}}\n"
                    "training: {optimizer: gd, learning_rate: {min: 1e-4, max: 0.1, scale: log}, epochs: 2}\n"
                    "search: {method: random, trials: 60000}\n", 50, 3, False),
    }
    for name, (text, rows, features, classes) in studies.items():
        use(name, text, rows, features, classes, undisturbed=False)
        longest = 0.0
        run = Run()
        for _ in range(count):
            p = run.start()
            time.sleep(draw.uniform(0.5, 15))
            sent = time.time()
            p.send_signal(signal.SIGINT)
            try:
                said = p.communicate(timeout=60)[1].decode("utf-8", "replace")
            except subprocess.TimeoutExpired:
                check(False, f"{name}: a minute after a signal it still runs")
                p.kill()
                continue
            longest = max(longest, time.time() - sent)
            check(p.returncode in (0, 130, -signal.SIGINT), f"{name}: exit {p.returncode}: {said[-300:]}")
        print(f"  {name}: {count} signals; the longest way out took {longest:.2f} s", flush=True)
        shutil.rmtree(run.base, ignore_errors=True)


TESTS = [forward, forward_each, forward_mlp, implicit, starts, kfold, leave_one_out, winner, verify, stored, locked, bounded]

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[2] not in [t.__name__ for t in TESTS] + ["all"]:
        sys.exit(__doc__ + "\nTESTs: " + " ".join(t.__name__ for t in TESTS))
    faults.HOLDOUT = os.path.abspath(sys.argv[1])
    for test in TESTS:
        if sys.argv[2] in ("all", test.__name__):
            print(test.__name__, flush=True)
            test(int(sys.argv[3]) if len(sys.argv) > 3 else 3)
    print(f"{len(faults.broken)} promises broken")
    sys.exit(bool(faults.broken))
