#!/usr/bin/env python3
"""Hostile names, from the data to every file: column names, levels, class labels, the target, the names of the study and
of a group of λ. Each is refused in words (exit 2), or goes through run, report, export, predict, compare and verify, and
every file is what its language's own reader takes it for, with the name in it and nothing else than with a plain name.

usage: names.py HOLDOUT [WORD…]      WORD: a place in the list
exit code 1: something is not as promised
"""
import csv
import html.parser
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import exported

try:
    import yaml
except ImportError:
    yaml = None

HEADINGS = {"Best configuration", "Errors", "What to look at", "All complete trials", "What was searched",
            "Convergence of the best trial", "Is it the minimum?", "Predictions", "Failed and pruned trials", "All trials",
            "Data", "The run", "Files beside this one"}
TAGS = set("html head meta link title style body main h1 h2 p ul li div b span table thead tbody tr th td section code wbr "
           "figure figcaption svg circle rect path polyline line text details summary pre nav a script".split())


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.scripts, self.inside, self.text = [], [], None, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        assert tag in TAGS, f"a <{tag}> in the page"
        assert not any(name.startswith("on") or (value or "").strip().lower().startswith("javascript:")
                       for name, value in attributes), f"code in an attribute of <{tag}>"
        self.tags.append(tag)
        self.inside = tag if tag in ("script", "style") else None
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts[-1] += data
        elif self.inside is None:
            self.text += data


def quoted(word):
    return '"' + word.replace('"', '""') + '"'


def rows(column, level, classes, target):
    lines = [f"{quoted(column)},color,size,{quoted(target)}"]
    for i in range(30):
        lines.append(f"{i * 7 % 11}.5,{quoted(level if i % 3 else 'red')},{i * 5 % 7},{quoted(classes[i * 5 % 3 % 2])}")
    return "\n".join(lines) + "\n"


def study(name, group, target, column):
    text = lambda word: json.dumps(word, ensure_ascii=False).replace("\x7f", "\\x7f").replace("\x85", "\\x85") \
        .replace("\u2028", "\\L").replace("\u2029", "\\P").replace("\ufeff", "\\uFEFF")
    return (f"name: {text(name)}\ndata: {{file: rows.csv, target: {text(target)}}}\n"
            f"model: {{type: logistic, l2: {{value: 0.1, groups: {{{text(group)}: {{columns: [size], l2: {{min: 0.001, "
            f"max: 1, scale: log}}}}}}}}}}\ntraining: {{optimizer: {{values: [gd, momentum]}}, learning_rate: 0.1, "
            f"epochs: 3}}\nsearch: {{method: random, trials: 4}}\n")


class Run:
    def __init__(self, holdout, folder):
        self.holdout, self.folder = holdout, pathlib.Path(folder)

    def __call__(self, *arguments, codes=(0,)):
        done = subprocess.run([self.holdout, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=120)
        assert done.returncode in codes, f"{arguments}: exit code {done.returncode}: {done.stderr[:600]!r}"
        shown = done.stderr if arguments[0] in ("predict", "export") else done.stderr + done.stdout
        assert not any(b < 32 and b != 10 or b == 127 for b in shown), f"{arguments}: control characters on the terminal"
        return done

    def read(self, file):
        return (self.folder / file).read_bytes().decode("utf-8")


def check_files(run, word):
    """Every file of the run's folder. -> the model"""
    report = json.loads(run.read("run/report.json"))
    assert report["study"] == word["study"] and report["data"]["target"] == word["target"], "report.json: names"
    assert sorted(report["data"]["classes"]) == sorted(word["classes"]), "report.json: classes"
    page = Page(run.read("run/report.html"))
    data = json.loads(page.scripts[0] if '"columns"' in page.scripts[0] else page.scripts[1])
    assert len(data["columns"]) == len(data["rows"][0]), "report.html: the table"
    markdown = run.read("run/report.md").splitlines()
    heads = [line[3:] for line in markdown if line.startswith("#")]
    assert set(heads[1:]) <= HEADINGS, f"report.md: headings {set(heads[1:]) - HEADINGS}"
    assert "<" not in "".join(markdown).replace("&lt;", ""), "report.md: markup"
    table = list(csv.reader(io.StringIO(run.read("run/trials.csv"))))
    assert len(table) == 5 and len(set(map(len, table))) == 1, "trials.csv: the table"
    model = json.loads(run.read("run/model.json"))
    assert model["study"] == word["study"] and word["column"] in [c["name"] for c in model["columns"]], "model.json: names"
    assert word["level"] in model["columns"][1]["levels"], "model.json: levels"
    if yaml:
        try:
            best = yaml.safe_load(run.read("run/best.yaml"))
        except yaml.reader.ReaderError:  # characters beyond what PyYAML reads at all
            best = None
        if best:
            assert best["name"] == word["study"] and word["group"] in best["model"]["l2"]["groups"], "best.yaml: names"
    return model


def check(run, word, plain):
    """-> the program that is exported, which is the same for every name; None where a name is refused"""
    (run.folder / "rows.csv").write_bytes(rows(word["column"], word["level"], word["classes"], word["target"]).encode())
    (run.folder / "study.yaml").write_bytes(study(word["study"], word["group"], word["target"], word["column"]).encode())
    first = run("run", "study.yaml", "--out", "run", "--fresh", codes=(0, 2))
    if first.returncode == 2:
        assert b"error: " in first.stderr, "refused without words"
        return None
    model = check_files(run, word)
    before = {file.name: file.read_bytes() for file in (run.folder / "run").iterdir() if file.suffix in
              (".json", ".html", ".md", ".csv", ".yaml")}
    run("report", "run")
    assert all((run.folder / "run" / name).read_bytes() == was for name, was in before.items()), "report: other bytes"
    script = run("export", "run", "--to", "python").stdout.decode("utf-8")
    problem = exported.objections(script, model, plain)
    assert problem is None, f"export: {problem}"
    predicted = list(csv.reader(io.StringIO(run("predict", "run", "rows.csv").stdout.decode("utf-8"), newline="")))
    assert len(predicted) == 31 and set(p[-1] for p in predicted[1:]) <= set(word["classes"]), "predict: classes"
    (run.folder / "model.py").write_text(script, "utf-8", newline="")
    ran = subprocess.run([sys.executable, "model.py", "rows.csv"], cwd=run.folder, capture_output=True,
                         env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    if b"No module named 'numpy'" not in ran.stderr:
        assert ran.returncode == 0, f"the script: {ran.stderr[:600]!r}"
        theirs = list(csv.reader(io.StringIO(ran.stdout.decode("utf-8"), newline="")))
        assert [p[-1] for p in theirs] == [p[-1] for p in predicted] and theirs[0] == predicted[0], "the script: classes"
    run("validate", "study.yaml")
    run("validate", "run/best.yaml")
    # It refuses columns of numbers and words, as a class 1e5 beside another makes them.
    if run("init", "rows.csv", "--target", word["target"], "--out", "first.yaml", codes=(0, 2)).returncode == 0:
        run("validate", "first.yaml")
        (run.folder / "first.yaml").unlink()
    events = run("run", "study.yaml", "--out", "run", "--fresh", "--json")
    assert json.loads(events.stdout)["study"] == word["study"], "run --json: the report"
    assert json.loads(events.stderr.splitlines()[0])["study"] == word["study"], "run --json: the events"
    run("verify", "run")
    run("run", "study.yaml", "--out", "run2", "--fresh", "--set", "seed=2")
    run("compare", "run", "run2", "--html", "both.html")
    Page(run.read("both.html"))
    return exported.literals(script)[1]


def main():
    holdout = os.path.abspath(sys.argv[1])
    words = [exported.WORDS[int(n)] for n in sys.argv[2:]] or exported.WORDS
    names = {"column": "a", "level": "blue", "classes": ["no", "yes"], "target": "y", "study": "s", "group": "g"}
    refused = broken = 0
    with tempfile.TemporaryDirectory(prefix="holdout-names-") as folder:
        run = Run(holdout, folder)
        plain = check(run, names, None)
        for number, word in enumerate(words):
            everywhere = {"column": word, "level": word, "classes": [word, "yes."], "target": word + " y", "study": word,
                          "group": word}
            # Where one place refuses the word, the others are asked one by one.
            tries = [everywhere] + [{**names, key: everywhere[key]} for key in names]
            for which, one in enumerate(tries):
                try:
                    good = check(run, one, plain)
                except (AssertionError, ValueError, KeyError, xml.etree.ElementTree.ParseError) as error:
                    broken += 1
                    print(f"  BROKEN, word {number} {word[:40]!r}, try {which}: {error}", flush=True)
                    break
                refused += good is None
                if which == 0 and good:
                    break
    print(f"{len(words)} words, refused in {refused} places, {broken} broken promises")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
