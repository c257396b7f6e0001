#!/usr/bin/env python3
"""Sends SIGHUP, SIGINT and SIGTERM to runs whose parent process has these ignored (nohup, background jobs of a script): they
have to end as if there had been none. Where they are not ignored: 129, 130, 143.

usage: ignored_signals.py HOLDOUT [ROUNDS (3)]
exit code 1: a promise is broken
"""
import itertools, os, signal, sqlite3, subprocess, time

from faults import check
from scarce import call, main, make_study, new_folder, report_of


def stored(out):
    """How many trials have an outcome."""
    try:
        with sqlite3.connect(f"file:{out}/study.db?mode=ro", uri=True, timeout=10) as db:
            return db.execute("select count(*) from trials where state = 'COMPLETE'").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def signalled(command, out, which, ignored=(), before=()):
    """Starts it, sends the signal once a trial is stored, and waits. -> exit code, whether the signal came in time"""

    def ignore():
        for one in ignored:
            signal.signal(one, signal.SIG_IGN)

    p = subprocess.Popen([*before, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         preexec_fn=ignore)
    while stored(out) == 0 and p.poll() is None:
        time.sleep(0.01)
    in_time = p.poll() is None
    if in_time:
        p.send_signal(which)
    return p.wait(timeout=600), in_time


def ignored_signals(holdout, rounds):
    base = new_folder()
    study = make_study(base, epochs=400, trials=400)
    code, said = call([holdout, "run", study, "--out", base + "/whole"])
    check(code == 0, f"the study itself ends with {code}: {said}")
    whole, in_time = report_of(base + "/whole"), 0
    ours = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
    for _, which in itertools.product(range(rounds), ours):
        others = [s for s in ours if s != which]
        for ignored, wanted in (([which], 0), (others, 128 + which), ([], 128 + which)):
            out = new_folder() + "/run"
            code, came = signalled([holdout, "run", study, "--out", out], out, which, ignored)
            in_time += came
            label = f"{which.name}, ignored {[s.name for s in ignored]}"
            check(code == wanted or not came, f"{label}: exit {code}, not {wanted}")
            if code != 0:
                check(call([holdout, "run", study, "--out", out])[0] == 0, f"{label}: going on fails")
            check(report_of(out) == whole, f"{label}: the report differs")
    out = new_folder() + "/run"
    code, came = signalled([holdout, "run", study, "--out", out], out, signal.SIGHUP, before=["nohup"])
    check(code == 0, f"nohup: exit {code} after SIGHUP")
    # A script's background job: the shell has SIGINT ignored.
    out = new_folder() + "/run"
    p = subprocess.Popen(["sh", "-c", f"'{holdout}' run '{study}' --out '{out}' >/dev/null 2>&1 & echo $!; wait $!"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    job = int(p.stdout.readline())
    while stored(out) == 0 and p.poll() is None:
        time.sleep(0.01)
    if p.poll() is None:
        os.kill(job, signal.SIGINT)
    check(p.wait(timeout=600) == 0 and report_of(out) == whole, f"background job: exit {p.returncode} after SIGINT")
    check(in_time > 0, "no signal came in time")
    print(f"  {in_time} signals came before the end")


if __name__ == "__main__":
    main(__doc__, ignored_signals)
