"""study.schema.json against the studies that we hand out, and against mistakes that a schema can see.
usage: schema.py SOURCE     77: python3-yaml or python3-jsonschema is not there"""
import copy, glob, json, re, sys

try:
    import jsonschema, yaml
except ImportError:
    sys.exit(77)


class Loader(yaml.SafeLoader):
    """Numbers as YAML 1.2, holdout and editors read them: 1e-6 is one."""


Loader.yaml_implicit_resolvers = {k: list(v) for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}
NUMBER = re.compile(r"^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$")
for c in "-+.0123456789":
    Loader.yaml_implicit_resolvers.setdefault(c, []).insert(0, ("tag:yaml.org,2002:float", NUMBER))

source = sys.argv[1]
schema = json.load(open(source + "/studies/study.schema.json"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
failures = 0


def expect(fine, what, study):
    global failures
    problems = [e.message[:200] for e in validator.iter_errors(study)]
    if fine != (not problems):
        failures += 1
        print(f"{what}: " + ("; ".join(problems) if problems else "accepted, but it is wrong"))


files = sorted(glob.glob(source + "/studies/*.yaml"))
assert len(files) > 10
for file in files:
    expect(True, file, yaml.load(open(file), Loader))
# Cases of the hostile index: those that holdout takes, and those that are wrong in one place.
hostile = source + "/tests/data/hostile/"
for name in "Y00-control Y14-bom-crlf Y23-anchor-alias Y64-l2-zero Y90-html-name".split():
    expect(True, name, yaml.load(open(hostile + name + ".yaml", encoding="utf-8-sig"), Loader))
for name in ("Y01-empty Y19-unknown-key-near Y21-unknown-key-far Y33-root-list Y36-section-null Y37-missing-file Y39-epochs-word "
             "Y41-seed-negative Y44-epochs-zero Y46-trials-huge Y47-bool-maybe Y50-null-value Y51-lr-negative Y55-log-zero "
             "Y59-values-empty Y67-fraction-over-1 Y69-folds-1 Y79-optimizer-near Y81-momentum-over-1 Y83-value-of-wrong-type "
             "Y86-format-near").split():
    expect(False, name, yaml.load(open(hostile + name + ".yaml"), Loader))

base = yaml.load(open(source + "/studies/breast_cancer.yaml"), Loader)


def changed(path, value):
    study = copy.deepcopy(base)
    at = study
    *outer, last = path.split(".")
    for key in outer:
        at = at[key]
    at[last] = value
    return study


for path, value in [
    ("seed", {"min": 1, "max": 3}),                                       # cannot be searched
    ("model.l2", {"min": 1e-6}),                                          # half a range
    ("model.l2", {"min": 1e-6, "max": 1, "log": True}),                   # another tool's
    ("model.loss", "huber"),                                              # not of a logistic model
    ("training.optimizer", {"beta1": 0.9}),                               # whose?
    ("training.optimizer", {"values": [{"name": "adam", "momentum": 0.9}]}),
    ("training.learning_rate", {"start": 0.1, "schedule": "cosin"}),
    ("training.batch_size", "all"),
    ("training.stop", {"patience": -1}),
    ("data.split", {"method": "kfold", "fraction": 0.2}),
    ("data.split", {"method": "column"}),                                 # which column?
    ("search.method", "bayes"),
    ("report.formats", ["json", "json"]),
    ("objective.metric", "f2"),
    ("objective.metric", {"name": "mcc", "average": "macro"}),
    ("objective.metric", {"name": "cost_matrix", "costs": {"yes": 5}}),
    ("objective.metric", {"name": "pinball", "quantile": 1}),
    ("objective.threshold", "half"),
]:
    expect(False, f"{path}: {value}", changed(path, value))
for path, value in [
    ("data.target", 1),
    ("model.l2", {"values": [0], "min": 1e-6, "max": 1, "scale": "log"}),
    ("training.optimizer", {"name": "adam", "beta1": {"values": [0.8, 0.9]}}),
    ("training.learning_rate", "auto"),
    ("training.learning_rate", {"start": {"values": [0.1, 0.2]}, "schedule": {"name": "step", "every": 5}}),
    ("model", {"type": "mlp", "hidden": [{"min": 8, "max": 64}, 32], "activation": {"values": ["relu", "tanh"]}}),
    ("model", {"type": "mlp", "hidden": {"values": [[32], [64, 32]]}}),
    ("objective.metric", {"name": "f1", "average": "macro"}),
    ("objective.metric", {"name": "f1", "class": 1}),
    ("objective.metric", {"name": "cost_matrix", "costs": {"yes": {"no": 5}}}),
    ("objective", {"metric": "mcc", "threshold": "tuned"}),
    ("model", {"type": "linear", "loss": {"name": "pinball", "quantile": {"values": [0.1, 0.9]}}}),
]:
    expect(True, f"{path}: {value}", changed(path, value))
print(f"{failures} failures")
sys.exit(failures > 0)
