#!/usr/bin/env python3
"""Breaks a study and its data byte by byte, and asks `holdout validate` about each: it has to accept it (exit 0) or say
what is wrong (exit 2, with the file's name), at once and never with a signal.

usage: mutations.py HOLDOUT [EVERY (1)]      EVERY: n: every n-th byte only
exit code 1: a promise is broken
"""
import os, shutil, subprocess, sys, tempfile

holdout, every = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
here = os.path.dirname(os.path.abspath(__file__))
base = tempfile.mkdtemp(prefix="holdout-mutations-")
with open(here + "/study.yaml", "rb") as f:
    study = f.read()
with open(here + "/rows.csv", "rb") as f:
    rows = b"".join(f.readlines()[:30])
originals = {"study.yaml": study, "rows.csv": rows}


def write(name, content):
    with open(f"{base}/{name}", "wb") as f:
        f.write(content)


def mutations(content):
    """Each byte deleted, with its lowest or highest bit flipped, and doubled."""
    for i in range(0, len(content), every):
        before, byte, after = content[:i], content[i:i + 1], content[i + 1:]
        yield f"byte {i} deleted", before + after
        for bit in (1, 128):
            yield f"bit {bit} of byte {i} flipped", before + bytes([byte[0] ^ bit]) + after
        yield f"byte {i} doubled", before + 2 * byte + after


asked, refused, broken = 0, 0, 0
for name, content in originals.items():
    for other, good in originals.items():
        write(other, good)
    for what, mutant in mutations(content):
        write(name, mutant)
        try:
            p = subprocess.run([holdout, "validate", base + "/study.yaml"], stdin=subprocess.DEVNULL, capture_output=True,
                               timeout=10)
            code, words = p.returncode, p.stderr.decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            code, words = "none after 10 s", ""
        asked, refused = asked + 1, refused + (code == 2)
        if code not in (0, 2) or (code == 2 and "error: " not in words):
            broken += 1
            print(f"  BROKEN: {name}, {what}: exit code {code}: {words}", flush=True)
shutil.rmtree(base)
print(f"{asked} files, {refused} of them refused in words, {broken} promises broken")
sys.exit(1 if broken else 0)
