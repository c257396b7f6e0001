"""A run that other programs get at, and what must hold of it at its end: for foreign.py.

The study is made here: mini-batches over 600 rows, 60 trials in batches of four. "Undisturbed" is one run of it:
report.json but for its section `run`, and trials.csv, byte for byte.
"""
import contextlib, json, os, random, shutil, signal, sqlite3, subprocess, sys, tempfile, time

FOLDER = tempfile.TemporaryDirectory(prefix="holdout-foreign-", ignore_cleanup_errors=True)
broken, asked = [], 0
HOLDOUT = STUDY = WHOLE = None  # the command, the study, its undisturbed run: see begin


def check(good, what):
    global asked
    asked += 1
    if not good:
        broken.append(what)
        print("  BROKEN:", what, flush=True)


def make_study():
    draw = random.Random(5)
    with open(FOLDER.name + "/rows.csv", "w") as f:
        f.write("a,b,c,y\n")
        for _ in range(600):
            a, b, c = (draw.gauss(0, 1) for _ in range(3))
            f.write(f"{a:.6f},{b:.6f},{c:.6f},{a - 2 * b + draw.gauss(0, 0.3):.6f}\n")
    with open(FOLDER.name + "/study.yaml", "w") as f:
        f.write("""name: others
data: {file: rows.csv, target: y, split: {method: holdout, fraction: 0.25, test: 0.2}}
model: {type: linear, l2: {min: 1e-5, max: 10, scale: log}}
training: {optimizer: {values: [gd, adam]}, learning_rate: {min: 1e-4, max: 0.1, scale: log}, batch_size: 8, epochs: 200}
objective: {metric: mse}
search: {method: random, trials: 60, batch: 4}
""")
    return FOLDER.name + "/study.yaml"


class Run:
    """A run folder of its own; `at` is where it is now."""

    def __init__(self):
        self.base = tempfile.mkdtemp(dir=FOLDER.name)
        self.at = self.base + "/run"

    @property
    def db(self):
        return self.at + "/study.db"

    def command(self, *more):
        return [HOLDOUT, "run", STUDY, "--out", self.at, "--threads", "2", *more]

    def start(self):
        return subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def call(self, *words):
        """-> exit code, standard output, standard error of a command of holdout"""
        p = subprocess.run([HOLDOUT, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                           timeout=600)
        return p.returncode, p.stdout, p.stderr

    def run(self, *more):
        return self.call(*self.command(*more)[1:])

    def sql(self, statement, *values):
        with contextlib.closing(sqlite3.connect(self.db, timeout=30, isolation_level=None)) as db:
            return db.execute(statement, values).fetchall()

    def stored(self):
        """How many trials have an outcome; 0 while that cannot be asked."""
        try:
            with contextlib.closing(sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=5)) as db:
                return db.execute("select count(*) from trials where state in ('COMPLETE', 'FAIL')").fetchone()[0]
        except sqlite3.Error:
            return 0

    def wait_for(self, p, trials):
        while self.stored() < trials and p.poll() is None:
            time.sleep(0.005)
        check(p.poll() is None, f"it ended before {trials} trials were there: {p.returncode}")

    def disturbed(self, trials, act):
        """Starts a run, acts on it while it stands still between two transactions, lets it go on.
        -> exit code, standard error"""
        p = self.start()
        self.wait_for(p, trials)
        while p.poll() is None:
            p.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, p.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            with contextlib.closing(sqlite3.connect(self.db, timeout=0, isolation_level=None)) as db:
                try:
                    db.execute("begin immediate")
                    db.execute("rollback")
                    break
                except sqlite3.OperationalError:
                    p.send_signal(signal.SIGCONT)
                    time.sleep(0.01)
        check(p.poll() is None, "it ended before it could be disturbed")
        act(self)
        p.send_signal(signal.SIGCONT)
        said = p.communicate(timeout=600)[1].decode("utf-8", "replace")
        return p.returncode, said

    def killed(self, trials):
        p = self.start()
        self.wait_for(p, trials)
        p.kill()
        p.communicate()

    def report(self, without=()):
        with open(self.at + "/report.json") as f:
            report = json.load(f)
        for key in ("run", *without):
            report.pop(key, None)
        return report

    def trials_csv(self):
        with open(self.at + "/trials.csv", newline="") as f:
            return f.read()

    def ours(self):
        return self.sql("select holdout_number, number, state, value from trials left join trial_values using (trial_id) "
                        "where holdout_number is not null order by holdout_number")

    def check_whole(self, label):
        """As if nobody had been there."""
        check(self.report() == WHOLE.report(), f"{label}: the report differs")
        check(self.trials_csv() == WHOLE.trials_csv(), f"{label}: trials.csv differs")
        check(self.ours() == WHOLE.ours(), f"{label}: the stored trials differ")

    def go_on(self, label):
        code, _, said = self.run()
        check(code == 0, f"{label}: going on ends with {code}: {said[-300:]}")
        if code == 0:
            self.check_whole(label)

    def done(self):
        shutil.rmtree(self.base, ignore_errors=True)


def refused(label, code, said, words, run):
    """A run that could not finish says why, and reports nothing."""
    check(code == 1, f"{label}: exit {code}: {said[-300:]}")
    check(words in said, f"{label}: says {said[-300:]}")
    check("bug in holdout" not in said, f"{label}: calls it a bug: {said[-300:]}")
    check(not os.path.exists(run.at + "/report.json"), f"{label}: wrote a report")


def begin(holdout):
    """Makes the study and its undisturbed run. -> what is wrong with that, or None"""
    global HOLDOUT, STUDY, WHOLE
    HOLDOUT, STUDY, WHOLE = os.path.abspath(holdout), make_study(), Run()
    code, _, said = WHOLE.run()
    return f"the undisturbed run ends with {code}: {said}" if code != 0 else None


def conclude():
    print(f"{asked} checks, {len(broken)} promises broken")
    sys.exit(1 if broken else 0)
