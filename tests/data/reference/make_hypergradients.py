# Writes the hypergradient tables beside it from the reference answers (JSON) of the project: derivatives of the hold-out
# score in ln λ and ln γ, computed with high precision by a program that knows nothing of holdout.
#   python3 make_hypergradients.py DIRECTORY-WITH-THE-JSON-FILES
import csv
import json
import pathlib
import sys

source = pathlib.Path(sys.argv[1])
here = pathlib.Path(__file__).parent


def load(name):
    return json.loads((source / name).read_text())


def write(name, header, rows):
    with open(here / name, "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


answers = load("hypergradients.json")
steps = []
for data, series in answers["unrolled"].items():
    for s in series:
        for r in s["runs"]:
            steps.append([data, s["lam"], s["lr"], s["mu"], r["T"], r["holdout"], r["dE_dlnlam"], r["dE_dlnlr"]])
for case in load("mlp_exact.json")["cases"]:
    for u in case["unrolled"]:
        steps.append([case["dataset"] + " mlp", case["lam"], u["lr"], 0.0, u["T"], u["holdout"], u["dE_dlnlam"], u["dE_dlnlr"]])
write("hypergradients_steps.csv", ["data", "l2", "rate", "momentum", "steps", "holdout", "dE_dlnl2", "dE_dlnrate"], steps)

write("hypergradients_features.csv", ["data", "l2", "feature", "dE_dlnl2"],
      [[data, s["lam_all_features"], j, d] for data, series in answers["implicit_per_feature"].items() for s in series
       for j, d in enumerate(s["dE_dlnlam_j"])])

curves = []
for name in ["diabetes.ridge", "concrete.ridge", "breast_cancer.logistic", "digits.softmax"]:
    answer = load(name + ".json")
    curve = answer["curve"]
    score = curve.get("holdout_mse", curve.get("holdout_logloss"))
    rows = list(zip(answer["lambda_grid"], score, curve["dholdout_dlnlam"]))
    curves += [[name.split(".")[0], *row] for row in (rows[::6] if "digits" in name else rows[::2])]
write("hypergradients_curves.csv", ["data", "l2", "holdout", "dE_dlnl2"], curves)
