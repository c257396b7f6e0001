#!/usr/bin/env python3
"""Runs PyTorch on the trajectories of make_mpmath.py that are in a form of torch.optim, in float64, and says for each
rule how far it is from the reference. Exits with 1 where that is more than rounding.

Last run with 1.13 (Debian 12's python3-torch), at most 4e-15 apart; NAdam with the correction of 2.0, as before that
it multiplied mu of the present step twice into the product.
"""

import csv
import math
import pathlib
import sys

import torch

import make_mpmath

torch.set_default_dtype(torch.float64)  # NAdam keeps its product of mu in the default


def adam_like(c):
    return {"betas": (c["beta1"], c["beta2"]), "eps": c["epsilon"]}


def convention(c):
    return c["bias_correction"] == 1 and c["epsilon_inside_root"] == 0


# Rule -> whether the settings are PyTorch's form, and its optimizer for them.
OPTIMIZERS = {
    "adamw": (convention, lambda p, lr, c: torch.optim.AdamW(p, lr, weight_decay=c["weight_decay"], **adam_like(c))),
    "adadelta": (lambda c: True, lambda p, lr, c: torch.optim.Adadelta(p, lr, rho=c["rho"], eps=c["epsilon"])),
    "amsgrad": (convention, lambda p, lr, c: torch.optim.Adam(p, lr, amsgrad=True, **adam_like(c))),
    "adamax": (lambda c: c["bias_correction"] == 1 and c["epsilon_inside_max"] == 1,
               lambda p, lr, c: torch.optim.Adamax(p, lr, **adam_like(c))),
    # 0.96^(t 1e4) is 0, as momentum_warmup^t with 0 is
    "nadam": (convention, lambda p, lr, c: torch.optim.NAdam(
        p, lr, momentum_decay=math.log(c["momentum_warmup"]) / math.log(0.96) if c["momentum_warmup"] else 1e4,
        **adam_like(c))),
}


def run(make, problem, rate, c, start, steps):
    theta = torch.tensor(start, requires_grad=True)
    optimizer = make([theta], rate, c)
    for _ in range(steps):
        theta.grad = torch.stack(getattr(make_mpmath, problem)(theta.detach()))
        optimizer.step()
    return theta.tolist()


def main():
    worst = 0.0
    for rule, (fits, make) in OPTIMIZERS.items():
        differences = []
        for row in csv.DictReader(open(pathlib.Path(__file__).parent / f"{rule}.csv")):
            c = {k: float(v) for k, v in (setting.split("=") for setting in row["settings"].split())}
            if fits(c):
                start, expected = ([float(x) for x in row[k].split()] for k in ("start", "theta"))
                theta = run(make, row["problem"], float(row["rate"]), c, start, int(row["step"]))
                differences += [abs(a - b) / max(1, abs(b)) for a, b in zip(theta, expected)]
        print(f"{rule}: {len(differences) // 2} points, largest difference {max(differences):.2g}")
        worst = max(worst, *differences)
    return worst > 1e-11


if __name__ == "__main__":
    sys.exit(main())
