#!/usr/bin/env python3
"""Breaks `holdout run` in many ways, and looks whether anything that was stored is lost, trained twice or different.

usage: faults.py HOLDOUT TEST [COUNT] [STUDY]      TEST: one of the functions below, or `all`
exit codes: 0 as promised; 1 a promise is broken; 77 a tool is missing here (strace, unshare, prlimit, optuna)

Every test ends by running the study again, until it is done, and compares with a run that nothing happened to:
report.json outside of its section `run` and trials.csv byte for byte, the trials and values in study.db.
"""
import contextlib, importlib.util, io, json, os, random, re, runpy, shutil, signal, sqlite3, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
draw = random.Random(1)
broken = []
FOLDER = tempfile.TemporaryDirectory(prefix="holdout-faults-", ignore_cleanup_errors=True)  # of everything here


def check(good, what):
    if not good:
        broken.append(what)
        print("  BROKEN:", what, flush=True)


class Run:
    """A run folder of its own."""

    def __init__(self, *settings):
        self.base = tempfile.mkdtemp(dir=FOLDER.name)
        self.out = self.base + "/run"
        self.settings = [word for setting in settings for word in ("--set", setting)]

    def command(self, threads=2):
        return [HOLDOUT, "run", STUDY, "--out", self.out, "--threads", str(threads), *self.settings]

    def start(self):
        return subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def run(self, before=(), threads=2):
        """-> exit code, standard error"""
        p = subprocess.run([*before, *self.command(threads)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, timeout=600)
        return p.returncode, p.stderr.decode("utf-8", "replace")

    def finished_trials(self):
        """{number: (state, value)}; a number that is listed twice is a broken promise."""
        if not os.path.exists(self.out + "/study.db"):
            return {}
        db = sqlite3.connect(f"file:{self.out}/study.db?mode=ro", uri=True, timeout=10)
        try:
            rows = db.execute("select number, state, value from trials left join trial_values using (trial_id) "
                              "where state in ('COMPLETE', 'FAIL', 'PRUNED')").fetchall()
        except sqlite3.OperationalError:  # a kill left the log to be replayed by the next writer
            return {}
        finally:
            db.close()
        check(len({r[0] for r in rows}) == len(rows), "a trial number is listed twice")
        return {number: (state, value) for number, state, value in rows}

    def report(self):
        with open(self.out + "/report.json") as f:
            report = json.load(f)
        del report["run"]
        with open(self.out + "/trials.csv") as f:
            return json.dumps(report), f.read()

    def finish(self, label):
        """Runs it to its end and compares."""
        code, said = self.run()
        check(code == 0, f"{label}: going on ends with {code}: {said[-300:]}")
        if code == 0:
            check(self.report() == WHOLE_REPORT, f"{label}: the report differs")
            now = self.finished_trials()
            other = [(n, now.get(n), WHOLE_TRIALS.get(n)) for n in sorted({*now, *WHOLE_TRIALS})
                     if now.get(n) != WHOLE_TRIALS.get(n)]
            check(not other, f"{label}: the stored trials differ: {other[:3]}")
            check(not [f for f in os.listdir(self.out) if f.endswith((".tmp", "-wal", "-shm", "-journal"))],
                  f"{label}: files are left over: {os.listdir(self.out)}")
        shutil.rmtree(self.base, ignore_errors=True)


def kill9(count):
    """kill -9 at random moments, again and again in the same folder; but not five times without progress: that would be
    taken for the fault of a trial."""
    run, kills, lost, idle, stored = Run(), 0, 0, 0, 0
    while kills < count:
        p = run.start()
        time.sleep(draw.uniform(0, SECONDS * 0.5))
        before = run.finished_trials()
        while idle >= 2 and len(before) <= stored and p.poll() is None:
            time.sleep(0.01)
            before = run.finished_trials()
        p.send_signal(signal.SIGKILL)
        p.wait()
        kills += 1
        after = run.finished_trials()
        idle = 0 if len(after) > stored else idle + 1
        stored = len(after)
        lost += sum(1 for number, trial in before.items() if after and after.get(number) != trial)
        if len(after) == len(WHOLE_TRIALS):
            run.finish("kill9")
            run, idle, stored = Run(), 0, 0
    run.finish("kill9")
    check(lost == 0, f"{lost} finished trials lost")
    print(f"  {kills} kills, {lost} finished trials lost")


def sigint(count):
    """SIGINT and SIGTERM in turn at random moments; every third time twice."""
    for i in range(count):
        run = Run()
        p = run.start()
        time.sleep(draw.uniform(0.02, SECONDS * 0.9))
        which = signal.SIGINT if i % 2 else signal.SIGTERM
        p.send_signal(which)
        if i % 3 == 2:
            p.send_signal(which)
        said = p.communicate(timeout=60)[1].decode()
        # -which: before the command has begun to listen
        check(p.returncode in (0, 128 + which, -which), f"exit {p.returncode} after signal {which}")
        if p.returncode == 128 + which and "ending:" in said and i % 3 != 2:
            check("to go on:\n  holdout run " in said, f"does not say how to go on: {said[-200:]}")
        run.finish(f"signal {which}")


def threads(count):
    for n in (1, 2, 3, 8)[:count]:
        run = Run()
        code, said = run.run(threads=n)
        check(code == 0 and run.report() == WHOLE_REPORT, f"{n} threads: exit {code}, or the report differs")


def twoproc(count):
    """Two processes in one folder: the second is told who holds it, at once."""
    for _ in range(count):
        run = Run()
        both = [run.start(), run.start()]
        said = [p.communicate(timeout=600)[1].decode() for p in both]
        codes = sorted(p.returncode for p in both)
        check(codes in ([0, 0], [0, 1]), f"two at once: exit codes {codes}: {said}")
        if codes == [0, 1]:
            loser = said[[p.returncode for p in both].index(1)]
            check(re.search(r"another run works in this folder: process \d+ on \S+ since", loser), f"told: {loser}")
        run.finish("two at once")


def stale(count):
    """After a kill -9 the next process makes progress at once; nothing is to be cleaned up by hand."""
    for _ in range(count):
        run = Run()
        p = run.start()
        time.sleep(SECONDS * 0.4)
        p.kill()
        p.wait()
        done, start = len(run.finished_trials()), time.time()
        p = run.start()
        while len(run.finished_trials()) <= done and p.poll() is None and time.time() - start < 60:
            time.sleep(0.02)
        check(len(run.finished_trials()) > done or p.poll() is not None, "no new trial within a minute")
        p.kill()
        p.wait()
        run.finish("stale")


def inject(count):
    """Each of the first COUNT system calls of a kind fails."""
    need("strace")
    kinds = (("fsync,fdatasync", "EIO"), ("write,pwrite64", "ENOSPC"), ("rename,renameat,renameat2", "EIO"),
             ("openat", "EMFILE"), ("write,pwrite64", "EINTR"))
    for call, error in kinds:
        for n in range(1, count + 1):
            run = Run()
            skip = 60 if call == "openat" else 0  # those of the program loader
            code, said = run.run(["strace", "-qq", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                  f"inject={call}:error={error}:when={n + skip}"])
            check(0 <= code <= 2 or (call == "openat" and code == 127), f"{call} {error} number {n}: exit {code}: {said[-200:]}")
            run.finish(f"{call} {error} number {n}")


def in_namespace(script):
    return subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, timeout=600)


def enospc(count):
    """Small disks: a clear error, and it goes on once there is room."""
    need_namespaces()
    for kb in (64, 128, 256, 384, 512, 192, 320, 448, 576)[:count]:
        run, disk = Run(), tempfile.mkdtemp(dir=FOLDER.name)
        command = " ".join(run.command()).replace(run.out, disk + "/run")
        r = in_namespace(f"""mount -t tmpfs -o size={kb}k none {disk}; {command} 2>{run.base}/said </dev/null >/dev/null; echo first=$?
            mount -o remount,size=64m {disk}; {command} 2>/dev/null </dev/null >/dev/null; echo second=$?
            cp -r {disk}/run {run.out}""")
        codes = dict(re.findall(r"(first|second)=(\d+)", r.stdout))
        with open(run.base + "/said") as f:
            said = f.read()
        check(codes.get("first") in ("0", "1"), f"{kb} kB: exit {codes.get('first')}")
        check(codes.get("first") == "0" or "no space left" in said, f"{kb} kB: says {said[-200:]}")
        check(codes.get("second") == "0", f"{kb} kB: going on ends with {codes.get('second')}")
        run.finish(f"{kb} kB")


def readonly(_):
    need_namespaces()
    run, disk = Run(), tempfile.mkdtemp(dir=FOLDER.name)
    r = in_namespace(f"mount -t tmpfs -o ro none {disk}; " + " ".join(run.command()).replace(run.out, disk + "/run"))
    check(r.returncode == 1 and "read-only" in r.stderr, f"read-only: exit {r.returncode}: {r.stderr[-200:]}")


def fsize(_):
    need("prlimit")
    run = Run()
    code, said = run.run(["prlimit", "--fsize=60000"])
    check(code == 1 and "limit" in said, f"file size limit: exit {code}: {said[-200:]}")
    run.finish("file size limit")


def closedfds(_):
    run = Run()
    code = subprocess.run(["sh", "-c", " ".join(run.command()) + " 0<&- 1>&- 2>&-"]).returncode
    check(code == 0, f"closed standard streams: exit {code}")
    run.finish("closed standard streams")


def readers(count):
    """Others look at the database all the time: they never block the run, and see whole trials only."""
    for _ in range(count):
        run = Run()
        p = run.start()
        looks = 0
        while p.poll() is None:
            for state, value in run.finished_trials().values():
                looks += 1
                check(state != "COMPLETE" or value is not None, "a complete trial without its value")
        check(p.returncode == 0, f"exit {p.returncode} beside a reader")
        check(looks > 0, "the reader saw nothing")
        run.finish("readers")


def stopped(run, p):
    """Stops the process between two transactions: a look takes many queries, which have to fit together.
    -> whether there was a process to stop"""
    while True:
        p.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, p.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        if p.poll() is not None:
            return False
        db = sqlite3.connect(run.out + "/study.db", timeout=0, isolation_level=None)
        try:
            db.execute("begin immediate")
            db.execute("rollback")
            return True
        except sqlite3.OperationalError:
            p.send_signal(signal.SIGCONT)
            time.sleep(0.01)
        finally:
            db.close()


def seen_by_optuna(run):
    """What tests/support/optuna-check.py prints of the run's database."""
    said, arguments = io.StringIO(), sys.argv
    sys.argv = ["optuna-check.py", run.out + "/study.db", NAME]
    try:
        with contextlib.redirect_stdout(said):
            runpy.run_path(os.path.join(HERE, "../support/optuna-check.py"))
    except SystemExit as end:
        check(end.code == 0, f"optuna-check.py ends with {end.code}: {said.getvalue()[-500:]}")
    finally:
        sys.argv = arguments
    return json.loads(said.getvalue())


def optuna(count):
    """Optuna sees what report.json says: while the run goes on, after a kill, and at the end."""
    if importlib.util.find_spec("optuna") is None:
        print("skipped: no optuna here")
        sys.exit(77)
    import optuna  # once, so that a look takes less time than a run
    del optuna
    with_frames, during = importlib.util.find_spec("pandas") is not None, 0
    for _ in range(count):
        run, looks = Run("search.batch=4", "training.epochs=20"), []  # small batches take longer: pauses for readers
        p = run.start()
        while p.poll() is None and len(looks) < 2:
            done = len(looks[-1]["trials"]) if looks else 0
            if len(run.finished_trials()) > done and stopped(run, p):
                looks.append(seen_by_optuna(run))
                during += 1
                p.send_signal(signal.SIGCONT)
        p.kill()
        p.communicate()
        looks.append(seen_by_optuna(run))
        check(run.run()[0] == 0, "going on fails")
        looks.append(seen_by_optuna(run))
        with open(run.out + "/report.json") as f:
            report = json.load(f)
        states = {"complete": "COMPLETE", "failed": "FAIL", "pruned": "PRUNED"}
        for look in looks:
            done = [t for t in look["trials"] if t["state"] not in ("RUNNING", "WAITING")]
            for seen in done:
                ours = report["trials"][seen["number"]]
                same = (seen["state"] == states[ours["state"]] and seen["params"] == ours["parameters"] and
                        (ours["state"] != "complete" or seen["values"] == [ours["value"]]))
                check(same, f"trial {seen['number']}: Optuna sees {seen}, the report says {ours}")
            values = [t["values"][0] for t in done if t["state"] == "COMPLETE"]
            check(not values or look["best"]["value"] == min(values), "another best value")
            check(not with_frames or look["dataframe"]["rows"] == len(look["trials"]), "trials_dataframe() lacks rows")
        best, ended = report["best"], looks[-1]
        check(len(ended["trials"]) == len(report["trials"]), "trials are missing at the end")
        check(ended["best"] == {"number": best["trial"], "value": best["value"], "params": best["parameters"]},
              f"the best trial: Optuna sees {ended['best']}, the report says {best}")
        curve = {str(point["epoch"]): point["holdout"] for point in best["curve"]}
        check(ended["trials"][best["trial"]]["intermediate_values"] == curve, "the best trial's curve differs")
        shutil.rmtree(run.base, ignore_errors=True)
    check(during > 0, "no look was taken while a run went on")


def need(tool):
    if shutil.which(tool) is None:
        print(f"skipped: no {tool} here")
        sys.exit(77)


def need_namespaces():
    need("unshare")
    if in_namespace("mount -t tmpfs none /mnt").returncode != 0:
        print("skipped: no user namespaces here")
        sys.exit(77)


TESTS = [kill9, sigint, threads, twoproc, stale, inject, enospc, readonly, fsize, closedfds, readers, optuna]

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[2] not in [t.__name__ for t in TESTS] + ["all"]:
        sys.exit(__doc__ + "\nTESTs: " + " ".join(t.__name__ for t in TESTS))
    HOLDOUT = os.path.abspath(sys.argv[1])
    COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    STUDY = os.path.abspath(sys.argv[4]) if len(sys.argv) > 4 else os.path.join(HERE, "study.yaml")
    with open(STUDY) as f:
        NAME = re.search("^name: *(.*)$", f.read(), re.M).group(1)
    whole = Run()
    began = time.time()
    exit_code, words = whole.run()
    SECONDS = time.time() - began
    if exit_code != 0:
        sys.exit(f"the study itself ends with {exit_code}: {words}")
    WHOLE_REPORT, WHOLE_TRIALS = whole.report(), whole.finished_trials()
    print(f"undisturbed: {len(WHOLE_TRIALS)} trials in {SECONDS:.1f} s")
    for test in TESTS:
        if sys.argv[2] in ("all", test.__name__):
            print(test.__name__, flush=True)
            test(COUNT)
    shutil.rmtree(whole.base, ignore_errors=True)
    print(f"{len(broken)} promises broken")
    sys.exit(bool(broken))
