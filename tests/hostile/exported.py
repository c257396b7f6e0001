#!/usr/bin/env python3
"""Exports scripts from models that somebody has changed, and reads them as Python does: whatever a model.json says, the
script must be refused in words (exit 2), or hold the model's words and numbers as literals and be the same code as the
script of an unchanged model.

usage: exported.py HOLDOUT [MODELS (200)] [SEED (1)]
exit code 1: a script is something else
"""
import ast
import copy
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

WORDS = ["plain", "it's", 'say "so"', '"""', "'''", "\\", "\\n", 'a\\"b', "a\nb", "a\r\nb", "a\tb", "a\u2028b", "a\u2029b",
         "\u202eb", "\ufeffa", "\x85", "\x00", "\x1b[2J", "<script>alert(1)</script>", "</script><!--", "a&b;c", "$(id)",
         "`id`", "{x!r}", "%s{0}", "=1+1", "@SUM(1)", "# c", "- x", "a|b", "*a* [b](javascript:c)", '"); import os #',
         "\N{GRINNING FACE}", " a ", "yes", "null", "1e5", "", "x" * 5000, '"' * 500 + "\\" * 501]
NUMBERS = [0, -0.0, 1, 1.5, -3, 1e300, 5e-324, 1e22, 12345678901234567890, 0.1, 1e5, True, None, "1", [1], 2**70]


USUAL_MISSING = ["?", "NA", "N/A", "nan", "NaN", "NAN", "-nan", "null", "NULL", "None"]
# What the model says; other assignments, like the pattern of a number, belong to the program.
DATA = {"STUDY", "TRIAL", "MODEL", "LOSS", "TARGET", "COLUMNS", "INDICES", "PRODUCTS", "MEAN", "SCALE", "FILL", "FILLED",
        "MISSING", "DELIMITER", "LAYERS", "CLASSES"}


def literals(script):
    """-> {name: value} of what the model says, and the rest of the program without that"""
    tree = ast.parse(script)
    values, rest = {}, []
    for node in tree.body:
        names = [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)] \
            if isinstance(node, ast.Assign) else []
        if not names or not set(names) <= DATA:
            rest.append(node)
            continue
        for call in [n for n in ast.walk(node) if isinstance(n, ast.Call)]:  # np.array([…]) is its list
            assert ast.unparse(call.func) == "np.array" and not call.keywords, "a call in a literal: " + ast.unparse(call)

        class Lists(ast.NodeTransformer):
            def visit_Call(self, call):
                return self.generic_visit(call.args[0])

        value = ast.literal_eval(Lists().visit(node.value))
        values.update(zip(names, value) if len(names) > 1 else [(names[0], value)])
    return values, "\n".join(ast.dump(node) for node in rest)


def expected(model):
    """What the literals have to be."""
    numbers = lambda key: [float(f[key]) for f in model["features"]]
    values = {"STUDY": model["study"], "TRIAL": model["trial"], "MODEL": model["type"], "LOSS": model["loss"],
              "TARGET": model["target"], "MEAN": numbers("mean"), "SCALE": numbers("scale"),
              "LAYERS": [([[float(x) for x in row] for row in layer["weights"]], [float(x) for x in layer["biases"]])
                         for layer in model["layers"]]}
    if model["classes"]:
        values["CLASSES"] = model["classes"]
    if model["format"] == "libsvm":
        values["INDICES"] = [int(f["name"]) for f in model["features"]]
        return values
    values["COLUMNS"] = {c["name"]: c.get("levels") for c in model["columns"]}
    values["DELIMITER"] = "\t" if model["delimiter"] == "tab" else model["delimiter"]
    if model.get("products"):
        values["PRODUCTS"] = [tuple(p) for p in model["products"]]
    rules = [(c["name"], c.get("missing", model["missing"])) for c in model["columns"]]
    rules = {name: {"mean": "fill"}.get(rule, rule) for name, rule in rules if rule != "refuse"}
    values["MISSING"] = model.get("missing_words", USUAL_MISSING)
    if rules:
        values["FILLED"] = rules
    if set(rules.values()) & {"fill", "indicator"}:
        values["FILL"] = numbers("fill")
    return values


def objections(script, model, code=None):
    """What is wrong with the script of a model; code: the rest of a script of the same kind"""
    try:
        values, rest = literals(script)
    except (SyntaxError, ValueError, AssertionError) as error:
        return f"no script of literals: {error}"
    wanted = expected(model)
    for name in values.keys() | wanted.keys():
        if repr(values.get(name)) != repr(wanted.get(name)):
            return f"{name} is {values.get(name)!r}, the model has {wanted.get(name)!r}"
    if code is not None and rest != code:
        return "the program is another one"
    return None


def rename(model, old, new):
    """A column with another name, in everything that is made of it."""
    for column in model["columns"]:
        if column["name"] == old:
            column["name"] = new
    for feature in model["features"]:
        parts = feature["name"].split("*")
        parts = [new + p[len(old):] if p.startswith(old) and p[len(old):][:1] in ("", "=", "^") else p for p in parts]
        feature["name"] = "*".join(parts)


def places(value, path=()):
    """Every member and item of a document."""
    for key, inside in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield path + (key,)
        yield from places(inside, path + (key,))


def changed(original, draw):
    """One or some of its words and numbers are others; often so that it still fits together."""
    model = copy.deepcopy(original)
    model.pop("coefficients", None)
    anywhere = draw.random() < 0.3  # last, because nothing is where it was then
    for how in [draw.randrange(6) for _ in range(draw.randint(1, 3))] + [6] * anywhere:
        if how == 0:
            model["study"] = draw.choice(WORDS)
        elif how == 1:
            model["target"] = draw.choice(WORDS)
        elif how == 2 and model["classes"]:
            model["classes"] = draw.sample(WORDS, len(model["classes"]))
        elif how == 3 and model.get("columns"):
            rename(model, draw.choice(model["columns"])["name"], draw.choice(WORDS))
        elif how == 4:
            layer = draw.choice(model["layers"])
            layer["biases"] = [draw.choice(NUMBERS) for _ in layer["biases"]]
        elif how == 5:
            draw.choice(model["features"])[draw.choice(["mean", "scale", "fill"])] = draw.choice(NUMBERS)
        elif how == 6:  # anything anywhere
            path = draw.choice(list(places(model)))
            inside = model
            for key in path[:-1]:
                inside = inside[key]
            inside[path[-1]] = draw.choice(WORDS + NUMBERS)
    return model


def kind(model):
    """What the program of a script depends on."""
    return [model.get(key) for key in ("type", "loss", "format", "missing", "activation", "encoding", "decimal", "thousands",
                                       "missing_words")] + \
        [[column.get("missing") for column in model.get("columns", [])]] + \
        [any("levels" in column for column in model.get("columns", [])), bool(model.get("products")),
         len(model["layers"][-1]["biases"])]


def main():
    holdout, count = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200
    draw = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    corpus = pathlib.Path(__file__).resolve().parent.parent / "fuzz/corpus/model"
    originals = [json.loads(file.read_text("utf-8")) for file in sorted(corpus.iterdir())]
    accepted = broken = 0
    with tempfile.TemporaryDirectory(prefix="holdout-exported-") as folder:
        def export(model):
            path = folder + "/model.json"
            with open(path, "w", encoding="utf-8") as file:
                json.dump(model, file, ensure_ascii=draw.random() < 0.5)
            return subprocess.run([holdout, "export", path, "--to", "python"], stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=60)

        codes = [literals(export(model).stdout.decode("utf-8"))[1] for model in originals]
        for number in range(count):
            which = draw.randrange(len(originals))
            model = changed(originals[which], draw)
            done = export(model)
            problem = None
            if done.returncode == 0:
                accepted += 1
                same = kind(model) == kind(originals[which])
                problem = objections(done.stdout.decode("utf-8"), model, codes[which] if same else None)
            elif done.returncode != 2 or b"error: " not in done.stderr:
                problem = f"exit code {done.returncode}: {done.stderr[:500]!r}"
            if problem:
                broken += 1
                print(f"  BROKEN, model {number}: {problem}\n{json.dumps(model)[:2000]}", flush=True)
    print(f"{count} models, {accepted} of them exported, {broken} scripts that are not what the model says")
    return 1 if broken or accepted == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
