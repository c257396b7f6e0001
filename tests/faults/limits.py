#!/usr/bin/env python3
"""Runs holdout where the system gives little: it has to do its work or say in words what is in its way. Never a signal, a
hang, an empty message, or "a bug in holdout's".

usage: limits.py HOLDOUT [RUNGS (3)]      RUNGS: how many of each ladder; 99: all, with more numbers of threads
exit codes: 0 as promised; 1 a promise is broken; 77 a tool is missing here (prlimit, setpriv)

The ladders go from next to nothing to plenty: processes and threads (ulimit -u), address space (-v), data (-d), open files
(-n), stack (-s), file size (-f), and control groups where they may be made. What was refused is run again without the
limit, and has to end with the report of a run that met none.
"""
import glob, itertools, os, shutil, signal, subprocess, sys, time

from faults import check, need
from scarce import call, in_words, main, make_study, new_folder, report_of

OTHER_USER = 1_954_321  # nobody's: so that its processes are ours alone


def spread(values, count):
    """`count` of them, evenly, the ends left out: there nothing runs, or everything."""
    return values if count >= len(values) else [values[int((i + 0.5) * len(values) / count)] for i in range(count)]


class ControlGroup:
    """A group of our own with one limit; under version 1 or 2, where we may make one."""

    def __init__(self, controller, limit):
        self.path = None
        names = {"memory": ("memory.limit_in_bytes", "memory.max"), "pids": ("pids.max", "pids.max")}[controller]
        for parent, name in ((f"/sys/fs/cgroup/{controller}", names[0]), ("/sys/fs/cgroup", names[1])):
            if os.path.exists(f"{parent}/cgroup.procs"):
                path = f"{parent}/holdout-limits-{os.getpid()}-{controller}"
                try:
                    os.mkdir(path)
                    self.path = path
                    with open(f"{path}/{name}", "w") as f:
                        f.write(str(limit))
                    return
                except OSError:
                    self.remove()
        raise LookupError

    def enter(self):
        with open(self.path + "/cgroup.procs", "w") as f:
            f.write(str(os.getpid()))

    def remove(self):
        for _ in range(100):
            try:
                if self.path:
                    os.rmdir(self.path)
                return
            except OSError:
                time.sleep(0.05)


def ladders():
    """name -> (rungs, how a command is run on one)"""
    prlimit = lambda option: lambda n: (["prlimit", f"--{option}={n}"], {})
    mb, kb = 1 << 20, 1 << 10

    def nproc(n):
        if os.getuid() == 0:  # whom the limit does not hold
            return ["setpriv", f"--reuid={OTHER_USER}", f"--regid={OTHER_USER}", "--clear-groups", "prlimit", f"--nproc={n}"], {}
        mine = sum(len(os.listdir(f"{p}/task")) for p in glob.glob("/proc/[0-9]*") if os.path.exists(f"{p}/task")
                   and os.stat(p).st_uid == os.getuid())
        return ["prlimit", f"--nproc={n + mine}"], {}

    def group(controller):
        return lambda n: ([], {"group": ControlGroup(controller, n)})

    return {
        "processes": ([1, 2, 3, 4, 5, 6, 8, 12, 16, 40, 300, 2000], nproc),
        "address space": ([n * mb for n in (8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 80, 100, 130, 160, 200, 260, 400, 800, 6000)],
                          prlimit("as")),
        "data": ([n * mb for n in (1, 2, 3, 4, 6, 8, 10, 14, 20, 30, 50, 80, 120, 200, 400, 6000)], prlimit("data")),
        "open files": ([*range(3, 16), 20, 40, 1000], prlimit("nofile")),
        "stack": ([n * kb for n in (32, 48, 64, 96, 128, 256, 512, 1024, 8192, 1 << 20, 1 << 26)], prlimit("stack")),
        "file size": ([0, 1, 100, 4096, 20000, 60000, 150000, 10 * mb], prlimit("fsize")),
        "memory of a group": ([n * mb for n in (6, 10, 16, 24, 40, 80, 400)], group("memory")),
        "threads of a group": ([2, 3, 4, 5, 6, 8, 16, 40, 2000], group("pids")),
    }


HOG = """
import os, random, threading, time
parent = os.getppid()
while os.getppid() == parent:
    threads = []
    try:
        for _ in range(random.randint(0, 26)):
            threads.append(threading.Thread(target=lambda: time.sleep(random.uniform(0.0005, 0.01))))
            threads[-1].start()
    except RuntimeError:
        threads.pop()
    for thread in threads:
        thread.join()
"""


def rivals(holdout, study, whole, count):
    """Another process of the same user takes threads and gives them back all the time: some are gone between the moment in
    which holdout counts what it can have, and that in which it takes it."""
    before, _ = ladders()["processes"][1](30)
    python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable  # one that other users may run
    hog = subprocess.Popen([*before, python, "-c", HOG], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = 0
    try:
        for _ in range(count):
            out = new_folder() + "/run"
            code, said = call([*before, holdout, "run", study, "--out", out, "--threads", "16"])
            done += code == 0
            if code != 0:
                in_words("beside one that takes threads", code, said)
                code, said = call([holdout, "run", study, "--out", out])
            check(code == 0 and report_of(out) == whole, f"beside one that takes threads: going on: {code}, {said[-300:]}")
        check(hog.poll() is None, "the one that takes threads has ended")
    finally:
        hog.kill()
        hog.wait()
    print(f"  beside one that takes threads: {done} of {count} done, the others refused in words", flush=True)


def refused_threads(holdout, study, whole, count):
    """Every thread from the n-th on that the first one makes is refused."""
    if shutil.which("strace") is None:
        return
    for n in spread(range(1, 12), count):
        out = new_folder() + "/run"
        code, said = call(["strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=clone,clone3", "-e",
                           f"inject=clone,clone3:error=EAGAIN:when={n}+", holdout, "run", study, "--out", out, "--threads", "4"])
        if code != 0:
            in_words(f"no thread from number {n} on", code, said)
            code, said = call([holdout, "run", study, "--out", out])
        check(code == 0 and report_of(out) == whole, f"no thread from number {n} on: going on: {code}, {said[-300:]}")


def impossible_numbers(holdout, study):
    for n, wanted in (("1024", 0), ("1025", 2), ("100000", 2), ("99999999999999999999", 2)):
        code, said = call([holdout, "run", study, "--out", new_folder() + "/run", "--threads", n])
        check(code in (wanted, 1) and (code == 0 or "--threads" in said), f"--threads {n}: exit {code}: {said[-200:]}")


class Ladder:
    """One kind of limit, and what came of the commands on its rungs."""

    def __init__(self, holdout, base, whole, name, how):
        self.holdout, self.base, self.whole, self.name, self.how = holdout, base, whole, name, how
        self.done = self.refused = self.unloaded = 0

    def ask(self, rung, command):
        """-> the exit code under the limit; None if the program cannot even be loaded there, which is not our business"""
        before, given = self.how(rung)
        group = given.get("group")
        there = {"preexec_fn": group.enter} if group else {}
        try:
            if call([*before, self.holdout, "--version"], **there)[0] != 0:
                self.unloaded += 1
                return None
            code, said = call([*before, self.holdout, *command], cwd=self.base, **there)
        finally:
            if group:
                group.remove()
        label = f"{self.name} {rung}: {' '.join(command)}"
        if group and code == -signal.SIGKILL:  # the kernel's own answer, where there is next to nothing
            check(rung < (16 << 20), f"{label}: killed by the kernel")
        elif code == 0:
            self.done += 1
        else:
            self.refused += 1
            in_words(label, code, said)
        return code

    def run(self, rung, *options):
        out = new_folder() + "/run"
        code, said = self.ask(rung, ["run", "study.yaml", "--out", out, *options]), ""
        if code is not None:
            if code != 0:
                code, said = call([self.holdout, "run", self.base + "/study.yaml", "--out", out])
            # A training that could not have its memory is a failed trial, and stays one.
            same = code == 0 and (report_of(out) == self.whole or "out of memory" in report_of(out)[1])
            check(same, f"{self.name} {rung} {options}: going on without the limit: {code}, {said[-300:]}")
        shutil.rmtree(os.path.dirname(out), ignore_errors=True)


OTHERS = (["verify", "done", "--all"], ["predict", "done", "rows.csv"], ["report", "done"], ["compare", "done", "other"],
          ["export", "done", "--to", "python"], ["validate", "study.yaml"],
          ["list", "optimizers"])


def limits(holdout, count):
    need("prlimit")
    if os.getuid() == 0:
        need("setpriv")
    base = new_folder()
    study = make_study(base)
    for out in ("done", "other"):
        code, said = call([holdout, "run", study, "--out", f"{base}/{out}"])
        check(code == 0, f"the study itself ends with {code}: {said}")
        subprocess.run(["chmod", "-R", "a+rwX", f"{base}/{out}"])
    whole, turn = report_of(base + "/done"), itertools.cycle(OTHERS)
    for name, (rungs, how) in ladders().items():
        ladder, every = Ladder(holdout, base, whole, name, how), count >= len(rungs)
        try:
            for rung in spread(rungs, count):
                for threads in ([], ["--threads", "1000"], ["--threads", "2"], ["--threads", "8"])[:4 if every else 2]:
                    ladder.run(rung, *threads)
                for command in OTHERS if every else [next(turn)]:
                    ladder.ask(rung, command)
        except LookupError:
            print(f"  {name}: no such groups can be made here")
        print(f"  {name}: {ladder.done} done, {ladder.refused} refused in words, {ladder.unloaded} below what loading the "
              "program takes", flush=True)
    rivals(holdout, study, whole, min(10 * count, 200))
    refused_threads(holdout, study, whole, count)
    impossible_numbers(holdout, study)


if __name__ == "__main__":
    main(__doc__, limits)
