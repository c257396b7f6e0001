#!/usr/bin/env python3
"""How long a large run takes to go on, and how much memory: it is killed near its end and started again.

usage: large_run.py HOLDOUT [TRIALS] (100000)      exit code 1: above 3 s to the first new trial, or 300 MB
"""
import os, shutil, signal, sqlite3, subprocess, sys, tempfile, time

holdout = os.path.abspath(sys.argv[1])
trials = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
base = tempfile.mkdtemp(prefix="holdout-large-")
out = base + "/run"
study = os.path.join(os.path.dirname(os.path.abspath(__file__)), "study.yaml")
command = [holdout, "run", study, "--out", out, "--quiet", "--set", f"search.trials={trials}", "--set", "training.epochs=2",
           "--set", "training.batch_size=batch", "--set", "search.batch=1024"]


def finished():
    try:
        db = sqlite3.connect(f"file:{out}/study.db?mode=ro", uri=True, timeout=10)
        return db.execute("select count(*) from trials where state in ('COMPLETE', 'FAIL')").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


begun = time.time()
p = subprocess.Popen(command)
while finished() < trials * 0.95:
    if p.poll() is not None:
        sys.exit(f"it ended by itself, with {p.returncode}")
    time.sleep(0.2)
p.send_signal(signal.SIGKILL)
p.wait()
before, took = finished(), time.time() - begun
print(f"{before} trials stored in {took:.1f} s, study.db has {os.path.getsize(out + '/study.db') / 1e6:.0f} MB")
if "HOLDOUT_KEEP" in os.environ:
    shutil.copytree(out, os.environ["HOLDOUT_KEEP"])

def cpu_of(pid):
    """Seconds of CPU so far."""
    with open(f"/proc/{pid}/stat") as f:
        return sum(map(int, f.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


begun = time.time()
p = subprocess.Popen(command)
while finished() <= before and p.poll() is None:
    time.sleep(0.02)
first, first_cpu = time.time() - begun, cpu_of(p.pid)
_, status, usage = os.wait4(p.pid, 0)
whole, peak, cpu = time.time() - begun, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime
print(f"first new trial after {first:.2f} s ({first_cpu:.2f} s of CPU), done after {whole:.1f} s ({cpu:.1f} s); "
      f"peak {peak:.0f} MB; exit {os.waitstatus_to_exitcode(status)}")
shutil.rmtree(base)
sys.exit(0 if first <= 3 and peak <= 300 and os.waitstatus_to_exitcode(status) == 0 else 1)
