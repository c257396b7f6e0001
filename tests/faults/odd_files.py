#!/usr/bin/env python3
"""Puts what is no file in the place of everything that holdout reads or writes: a named pipe, a socket, a directory, a device,
a link to nothing, a link to itself. It has to be refused in words and within seconds, and must still be there afterwards.
Pipes that somebody made for `holdout predict` go on to work.

usage: odd_files.py HOLDOUT [PART (3)]      PART: each PART-th case; 1: all
exit code 1: a promise is broken
"""
import itertools, os, shutil, socket, subprocess

from faults import check
from scarce import call, in_words, main, make_study, new_folder


def make_socket(path):
    here = os.getcwd()
    os.chdir(os.path.dirname(path))  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(os.path.basename(path))
    os.chdir(here)


KINDS = {
    "pipe": os.mkfifo,
    "socket": make_socket,
    "directory": lambda path: (os.mkdir(path), open(path + "/inside", "w").close()),
    "device": lambda path: os.symlink("/dev/zero", path),
    "full": lambda path: os.symlink("/dev/full", path),
    "nothing": lambda path: os.symlink("not-there", path),
    "loop": lambda path: os.symlink(os.path.basename(path), path),
}


def places():
    """(name, place below the folder, kinds that are all right there, command)"""
    for place, command in (
            ("study.yaml", ["run", "study.yaml", "--out", "new"]), ("study.yaml", ["validate", "study.yaml"]),
            ("study.yaml", ["trace", "study.yaml", "--out", "new"]),
            ("rows.csv", ["run", "study.yaml", "--out", "new"]), ("weights.csv", ["validate", "study.yaml"]),
            ("parts.csv", ["run", "study.yaml", "--out", "new"]), ("rows.csv", ["verify", "done"]),
            ("moved.csv", ["verify", "done", "--data", "moved.csv"]),
            ("new.csv", ["predict", "done", "new.csv"]), ("new.csv", ["init", "new.csv", "--target", "y", "--out", "first.yaml"]),
            ("done/model.json", ["predict", "done", "rows.csv"]), ("done/model.json", ["predict", "done/model.json", "rows.csv"]),
            ("done/model.json", ["export", "done", "--to", "python"]),
            ("script.py", ["export", "done", "--to", "python", "--out", "script.py"]),
            ("first.yaml", ["init", "rows.csv", "--target", "y", "--out", "first.yaml"]),
            ("page.html", ["compare", "done", "other", "--html", "page.html"])):
        yield place, command
    for run in (["report", "done"], ["verify", "done"], ["compare", "done", "other"], ["compare", "other", "done"]):
        for file in ("done/study.db", "done/study.db-wal", "done/study.db-shm", "done/study.db-journal"):
            yield file, run
    for file in ("study.db", "study.db-wal", "study.db-shm", "study.db-journal", "lock", "report.json", "report.md", "report.html",
                 "trials.csv", "best.yaml", "model.json"):
        yield "new/" + file, ["run", "study.yaml", "--out", "new"]
        if not file.startswith("study.db"):
            if file != "model.json":
                yield "done/" + file, ["run", "study.yaml", "--out", "done"]
            yield "done/" + file, ["report", "done"]
    for file in ("lock", "trace.csv", "trajectories.svg", "loss.svg"):
        yield "new/" + file, ["trace", "ravine.yaml", "--out", "new"]
    for run in (["report", "lost"], ["verify", "lost"], ["predict", "lost", "rows.csv"], ["export", "lost", "--to", "python"],
                ["compare", "done", "lost"], ["run", "study.yaml", "--out", "lost"], ["run", "study.yaml", "--out", "lost/run"],
                ["trace", "ravine.yaml", "--out", "lost"], ["export", "done", "--to", "python", "--out", "lost/script.py"]):
        yield "lost", run
    yield "temporary", ["verify", "searched", "--all"]


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def files(holdout, part):
    base = new_folder()
    make_study(base, epochs=2, trials=4)
    with open(base + "/ravine.yaml", "w") as f:
        f.write("name: ravine\nmodel: {type: function, name: rosenbrock, start: [-1.5, 2]}\n"
                "training: {optimizer: {values: [gd, adam]}, learning_rate: 0.001, epochs: 20}\n")
    with open(base + "/search.yaml", "w") as f:
        f.write("name: searched\ndata: {file: rows.csv, target: y}\nmodel: {type: linear, l2: {min: 1e-5, max: 1, scale: log}}\n"
                "training: {optimizer: exact}\nsearch: {method: gradient}\n")
    for study, out in (("study.yaml", "done"), ("study.yaml", "other"), ("search.yaml", "searched")):
        code, said = call([holdout, "run", study, "--out", out], cwd=base)
        check(code == 0, f"the study itself ends with {code}: {said}")
    cases = [(kind, place, command) for (place, command), kind in itertools.product(places(), KINDS)
             if not (kind == "directory" and place == "lost") and not (kind == "nothing" and place == "temporary")]
    hidden = base + "/hidden"
    asked = cases[::max(1, part)]
    for kind, place, command in asked:
        path, label = f"{base}/{place}", f"{kind} at {place}: {' '.join(command)}"
        if os.path.lexists(path):
            os.rename(path, hidden)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        KINDS[kind](path)
        was = os.lstat(path)
        environment = {**os.environ, "TMPDIR": path} if place == "temporary" else dict(os.environ)
        usable = kind == "directory" and place in ("temporary", "lost")
        code, said = call([holdout, *command], cwd=base, env=environment)
        if not usable:
            in_words(label, code, said)
            check(os.path.basename(place) in said or place == "temporary", f"{label}: does not name it: {said[-300:]}")
        now = os.lstat(path) if os.path.lexists(path) else None
        check(now is not None and (now.st_ino, now.st_mode) == (was.st_ino, was.st_mode), f"{label}: it was replaced")
        remove(path)
        if os.path.lexists(hidden):
            os.rename(hidden, path)
        for new in ("new", "lost", "first.yaml", "script.py", "page.html"):
            remove(f"{base}/{new}")
    print(f"  {len(asked)} of {len(cases)} cases", flush=True)
    meant_pipes(holdout, base)


def meant_pipes(holdout, base):
    """Pipes and redirections that somebody made for predict."""
    predict = f"'{holdout}' predict done"
    whole = subprocess.run(["bash", "-c", f"{predict} rows.csv"], cwd=base, capture_output=True, timeout=60).stdout
    check(whole.count(b"\n") == 241, "predict itself fails")
    for line in (f"cat rows.csv | {predict} -", f"cat rows.csv | {predict} /dev/stdin", f"{predict} - < rows.csv",
                 f"{predict} /dev/stdin < rows.csv", f"cat rows.csv | {predict} /dev/fd/0", f"{predict} <(cat rows.csv)",
                 f"gzip -c rows.csv | {predict} /dev/stdin", f"mkfifo p; cat rows.csv > p & {predict} - < p",
                 f"(sleep 0.2; cat rows.csv) | {predict} -"):
        p = subprocess.run(["bash", "-c", line], cwd=base, capture_output=True, timeout=60)
        check(p.returncode == 0 and p.stdout == whole, f"{line}: exit {p.returncode}: {p.stderr[-300:]}")
    for line in (f"{predict} - < .", f"{predict} - < /dev/null", f"{predict} - < /dev/zero", f"{predict} - <&-"):
        in_words(line, *call(["bash", "-c", line], cwd=base))


if __name__ == "__main__":
    main(__doc__, files)
