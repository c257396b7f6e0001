"""Writes splits.csv: what scikit-learn makes of some rows. Run with /usr/bin/python3 (scikit-learn).

Columns: kind, folds, rows, groups, classes, gap, width, result. Lists are separated by blanks.
group       groups: of each row; result: the rows of the folds of GroupKFold
stratified  classes: of each row; result: the same of StratifiedGroupKFold, fold by fold the rows of each class
time        width: 0, or the largest training part; result: of TimeSeriesSplit, fold by fold begin and end of the
            training part, begin and end of the hold-out part
"""
import pathlib

import numpy
from sklearn import model_selection

rng = numpy.random.default_rng(20241)
lines = ["kind,folds,rows,groups,classes,gap,width,result"]


def text(values):
    return " ".join(str(int(v)) for v in values)


def groups_of(kind):
    count = int(rng.integers(12, 60))
    sizes = {"like": rng.integers(4, 8, count), "any": rng.integers(1, 40, count),
             "few large": numpy.ceil(rng.pareto(1.2, count) + 0.5).clip(max=60)}[kind]
    return rng.permutation(numpy.repeat(numpy.arange(count), sizes.astype(int)))


for kind in ["like", "any", "few large"] * 4:
    folds, groups = int(rng.integers(2, 9)), groups_of(kind)
    parts = [len(test) for _, test in model_selection.GroupKFold(folds).split(groups, groups=groups)]
    lines.append(f"group,{folds},{len(groups)},{text(groups)},,0,0,{text(parts)}")

for kind in ["like", "any", "few large"] * 4:
    folds, groups, k = int(rng.integers(2, 6)), groups_of(kind), int(rng.integers(2, 5))
    # Groups differ in what they are made of.
    odds = rng.dirichlet(numpy.ones(k) * 0.7, groups.max() + 1)
    classes = numpy.array([rng.choice(k, p=odds[g]) for g in groups])
    classes[:k] = range(k)
    split = model_selection.StratifiedGroupKFold(folds).split(groups, classes, groups)
    parts = [n for _, test in split for n in numpy.bincount(classes[test], minlength=k)]
    lines.append(f"stratified,{folds},{len(groups)},{text(groups)},{text(classes)},0,0,{text(parts)}")

for rows, folds, gap, width in [(12, 3, 0, 0), (100, 5, 0, 0), (101, 5, 7, 0), (104, 5, 7, 0), (64, 9, 2, 0),
                                (100, 5, 0, 20), (103, 4, 3, 20), (59, 2, 19, 0), (10, 9, 0, 0), (10, 2, 0, 4)]:
    split = model_selection.TimeSeriesSplit(folds, max_train_size=width or None, gap=gap)
    parts = [n for train, test in split.split(numpy.zeros((rows, 1)))
             for n in (train[0], train[-1] + 1, test[0], test[-1] + 1)]
    lines.append(f"time,{folds},{rows},,,{gap},{width},{text(parts)}")

pathlib.Path(__file__).with_name("splits.csv").write_text("\n".join(lines) + "\n")
