"""Writes metrics.csv: what scikit-learn says of some scores. Run with /usr/bin/python3 (scikit-learn, scipy).

Columns: metric, outputs, value, standard_error (of means, scipy's; of others, see below), scores (row by row,
separated by blanks), y. Classes are decided and probabilities made from scores as holdout does: one score is the log
odds of class 1, several are logits.
"""
import pathlib

import numpy
import scipy.special
import scipy.stats
from sklearn import metrics

rng = numpy.random.default_rng(20240)
lines = ["metric,outputs,value,standard_error,scores,y"]


def of_ratio(above, below):
    """Cochran, Sampling Techniques, 1977, eq. 2.39."""
    n, ratio = len(above), above.sum() / below.sum()
    return numpy.sqrt(n / (n - 1) * ((above - ratio * below) ** 2).sum()) / below.sum()


def of_auc(y, f):
    """DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988: all pairs, one by one."""
    won = numpy.sign(f[y > 0][:, None] - f[y == 0][None, :]) / 2 + 0.5
    return numpy.hypot(scipy.stats.sem(won.mean(axis=1)), scipy.stats.sem(won.mean(axis=0)))


def of_f1(y, said):
    return of_ratio(2.0 * y * said, y + said)


def row(metric, outputs, value, terms, scores, y):
    error = repr(float(scipy.stats.sem(terms) if numpy.ndim(terms) else terms))
    text = " ".join(repr(float(s)) for s in numpy.ravel(scores)), " ".join(repr(float(v)) for v in y)
    lines.append(",".join([metric, str(outputs), repr(float(value)), error, *text]))


for n, noise in [(20, 1.0), (7, 30.0)]:
    y = rng.normal(50, 12, n)
    f = y + noise * rng.normal(size=n)
    row("mse", 1, metrics.mean_squared_error(y, f), (y - f) ** 2, f, y)
    row("rmse", 1, metrics.mean_squared_error(y, f, squared=False),
        scipy.stats.sem((y - f) ** 2) / 2 / metrics.mean_squared_error(y, f, squared=False), f, y)
    row("mae", 1, metrics.mean_absolute_error(y, f), abs(y - f), f, y)
    row("r2", 1, metrics.r2_score(y, f), of_ratio((y - f) ** 2, (y - y.mean()) ** 2), f, y)

for n, places in [(40, 6), (60, 1), (12, 0)]:  # rounded scores tie
    y = (rng.uniform(size=n) < 0.4).astype(float)
    y[:2] = 0, 1
    f = numpy.round(2 * (y - 0.4) + 2 * rng.normal(size=n), places) + 0.0
    p = scipy.special.expit(f)
    said = (f > 0).astype(float)
    row("log_loss", 1, metrics.log_loss(y, p), -numpy.log(numpy.where(y > 0, p, scipy.special.expit(-f))), f, y)
    row("error", 1, metrics.zero_one_loss(y, said), said != y, f, y)
    row("accuracy", 1, metrics.accuracy_score(y, said), said == y, f, y)
    row("auc", 1, metrics.roc_auc_score(y, f), of_auc(y, f), f, y)
    row("f1", 1, metrics.f1_score(y, said), of_f1(y, said), f, y)

for n, k in [(30, 4), (25, 3), (30, 2)]:
    y = numpy.arange(n) % k
    f = rng.normal(size=(n, k)) * 2 + 2 * numpy.eye(k)[y]
    if k == 2:
        f = numpy.round(2 * f) / 2  # halves: exact differences, of which some tie
    p = scipy.special.softmax(f, axis=1)
    said = p.argmax(axis=1)
    row("log_loss", k, metrics.log_loss(y, p), -numpy.log(p[numpy.arange(n), y]), f, y)
    row("error", k, metrics.zero_one_loss(y, said), said != y, f, y)
    row("accuracy", k, metrics.accuracy_score(y, said), said == y, f, y)
    if k == 2:
        row("auc", k, metrics.roc_auc_score(y, f[:, 1] - f[:, 0]), of_auc(y, f[:, 1] - f[:, 0]), f, y)
        row("f1", k, metrics.f1_score(y, said), of_f1(y, said), f, y)

pathlib.Path(__file__).with_name("metrics.csv").write_text("\n".join(lines) + "\n")
