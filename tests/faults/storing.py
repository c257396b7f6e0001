#!/usr/bin/env python3
"""What storing costs a sweep: the syncs it waits for, and its thread's share of the CPU time.

usage: storing.py HOLDOUT [TRIALS]     of studies/digits.yaml (512)
exit codes: 0 at most a sync for every eight trials, and twenty; 1 more; 77 no strace here. The share is only printed.
"""
import os, re, shutil, subprocess, sys, tempfile

STUDY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../studies/digits.yaml")


def ticks_of_threads(pid):
    """{thread's name: user and system time in clock ticks}; empty once the process is gone."""
    used = {}
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/stat") as f:
                name, rest = re.match(r"\d+ \((.*)\) (.*)", f.read()).groups()
            fields = rest.split()
            used[name] = used.get(name, 0) + int(fields[11]) + int(fields[12])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return used


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if shutil.which("strace") is None:
        print("skipped: no strace here")
        sys.exit(77)
    trials = int(sys.argv[2]) if len(sys.argv) > 2 else 512
    with tempfile.TemporaryDirectory(prefix="holdout-storing-") as folder:
        command = [os.path.abspath(sys.argv[1]), "run", STUDY, "--quiet", "--set", f"search.trials={trials}", "--out"]
        run = subprocess.Popen([*command, folder + "/timed"])
        storing = 0
        while run.poll() is None:
            storing = max(storing, ticks_of_threads(run.pid).get("storage", 0))
            try:
                run.wait(0.01)
            except subprocess.TimeoutExpired:
                pass
        if run.returncode != 0:
            sys.exit(f"the run ends with {run.returncode}")
        tick = 1 / os.sysconf("SC_CLK_TCK")
        usage = os.times()
        everything = usage.children_user + usage.children_system
        print(f"storing {trials} trials: {storing * tick:.2f} of {everything:.2f} s of CPU time, "
              f"{100 * storing * tick / everything:.1f} %")

        subprocess.run(["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", folder + "/calls", *command,
                        folder + "/counted"], check=True)
        with open(folder + "/calls") as f:
            syncs = sum("sync(" in line for line in f)
        print(f"{syncs} syncs")
        sys.exit(syncs > trials / 8 + 20)


if __name__ == "__main__":
    main()
