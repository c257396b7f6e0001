#!/usr/bin/env python3
"""Gives the command every bad input of index.tsv, and says which outcome is not as the index asks (README.md).

usage: check.py HOLDOUT [--sanitized] [ID…]      --sanitized: slower, larger, but as right; ID: Y30, say
"""
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
USUAL = (20, 500)  # seconds, MB
TIGHT = {"Y10": (2, 200), "Y25": (1, 200), "Y26": (1, 200), "Y30": (1, 200), "Y46": (2, 300), "Y73": (2, 200),
         "Y87": (2, 300), "L02": (2, 300)}
HANGS_AFTER = 60
MOST_LINES = 40
INTERNAL = r"terminate called|std::|Sanitizer|assert|yaml-cpp|bad_alloc|bad file|bad conversion"
LIVE = ["<script>alert", "<img src=x", "<svg onload", "</script><!--"]
ELSEWHERE = ["/tmp/holdout-pwned", "/tmp/holdout-abs"]  # where some names would like to write


class Case:
    def __init__(self, line):
        self.id, self.mode, self.input, self.wrong, exits, self.at, says, _ = line.split("\t")
        self.exits = exits.split("|")
        self.says = [pattern for pattern in says.split(";;") if pattern]

    def command(self, holdout, folder):
        return ["sh", "-c", self.input] if self.mode == "cli" else [holdout, "run", self.input, "--out", f"{folder}/run"]

    def place(self):
        """What a line of standard error has to contain."""
        name = self.input if self.id.startswith("Y") else self.input.rsplit(".", 1)[0]
        return re.escape(name) + r"[^\s:]*:" + self.at + r"(?!\d)"


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))


def run(case, holdout, folder, sanitized):
    """-> exit code, seconds, MB, standard error; None for a code: it hung"""
    with open(folder.with_suffix(".err"), "w+b") as errors, open(folder.with_suffix(".out"), "wb") as said:
        process = subprocess.Popen(case.command(holdout, folder), cwd=HERE, stdin=subprocess.DEVNULL, stdout=said,
                                   stderr=errors, env={**os.environ, "H": str(holdout), "O": str(folder)},
                                   preexec_fn=None if sanitized else limit_memory)  # sanitizers reserve terabytes
        hung = threading.Event()
        alarm = threading.Timer(HANGS_AFTER * (5 if sanitized else 1), lambda: (hung.set(), process.kill()))
        alarm.start()
        start = os.times().elapsed
        _, status, used = os.wait4(process.pid, 0)
        seconds = os.times().elapsed - start
        alarm.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        return None if hung.is_set() else process.returncode, seconds, used.ru_maxrss / 1024, errors.read()


def refuse_constant(word):
    raise ValueError("not a JSON number: " + word)


def objections_to_files(folder):
    for file in folder.rglob("*"):
        if file.name == "report.json":
            try:
                json.loads(file.read_text("utf-8"), parse_constant=refuse_constant)
            except ValueError as error:
                yield f"report.json: {error}"
        if file.suffix == ".html":
            page = file.read_text("utf-8", "replace")
            yield from (f"{payload} lives in {file.name}" for payload in LIVE if payload in page)
            if re.search(r"""(src|href)\s*=\s*["']?https?:""", page):
                yield f"{file.name} asks the network"


def objections(case, holdout, folder, sanitized):
    code, seconds, megabytes, raw = run(case, holdout, folder, sanitized)
    text = raw.decode("utf-8", "replace")
    if code is None:
        yield "it hangs"
    elif str(code) not in case.exits:
        yield f"exit {code}, not {'|'.join(case.exits)}: {text[:300]}"
    if not sanitized:
        most_seconds, most_megabytes = TIGHT.get(case.id, USUAL)
        if megabytes > most_megabytes:
            yield f"{megabytes:.0f} MB, more than {most_megabytes}"
        if seconds > 5 * most_seconds:  # a busy machine; a hang or a blow-up takes longer
            yield f"{seconds:.1f} s, much more than {most_seconds}"
    if code in (1, 2):
        yield from (f"standard error lacks /{p}/: {text[:300]}" for p in case.says if not re.search(p, text, re.I | re.S))
        if case.at and not re.search(case.place(), text):
            yield f"standard error names no {case.input}:{case.at}: {text[:300]}"
        if len(text.splitlines()) > MOST_LINES:
            yield f"{len(text.splitlines())} lines of errors"
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", raw):
        yield "control characters on standard error"
    if internal := re.search(INTERNAL, text):
        yield f"internal words: {internal.group()}"
    if code == 0:
        yield from objections_to_files(folder)
    yield from (f"it wrote {path}" for path in ELSEWHERE if os.path.exists(path))


def main():
    arguments = sys.argv[1:]
    sanitized = "--sanitized" in arguments
    words = [argument for argument in arguments if argument != "--sanitized"]
    if not words:
        sys.exit(__doc__)
    holdout, wanted = pathlib.Path(words[0]).resolve(), words[1:]
    cases = [Case(line) for line in (HERE / "index.tsv").read_text("utf-8").splitlines()[1:]]
    cases = [case for case in cases if not wanted or case.id in wanted]
    good = 0
    for case in cases:
        base = pathlib.Path(tempfile.mkdtemp(prefix="holdout-hostile-"))
        folder = base / "out"
        folder.mkdir()
        found = list(objections(case, holdout, folder, sanitized))
        good += not found
        for objection in found:
            print(f"{case.id} ({case.input}; {case.wrong}): {objection}")
        with contextlib.suppress(OSError):
            shutil.rmtree(base)
    print(f"{good} of {len(cases)} as required")
    sys.exit(good != len(cases) or not cases)


if __name__ == "__main__":
    main()
