"""Writes metric_settings.csv: what scikit-learn says of random scores with weights and with settings of metrics, and
standard errors by derivatives. Run with /usr/bin/python3 (scikit-learn 1.2.1, scipy).

Columns: metric, setting (none, macro, weighted, class 2, quantile 0.9, costs …), outputs, value, standard_error, scores,
y, weights (empty: none). A value is scikit-learn's, on rows repeated by their weight where these are whole numbers. A
standard error is that of the infinitesimal jackknife, √(n/(n − 1) Σ (w ψ)²)/Σ w with n = (Σ w)²/Σ w² and ψ_i = Σ w ·
∂ value/∂ w_i. The derivative is a complex step (Squire and Trapp, SIAM Review 40, 1998) through the metric as a function
of the weights, written below by its definition and compared with scikit-learn.
"""
import pathlib

import numpy
import scipy.special
from sklearn import metrics

rng = numpy.random.default_rng(5)
lines = ["metric,setting,outputs,value,standard_error,scores,y,weights"]


def standard_error(of_weights, w):
    n, step = w.sum() ** 2 / (w**2).sum(), 1e-30
    psi = []
    for i in range(len(w)):
        moved = w.astype(complex)
        moved[i] += 1j * step
        psi.append(of_weights(moved).imag / step * w.sum())
    return numpy.sqrt(n / (n - 1) * ((w * numpy.array(psi)) ** 2).sum()) / w.sum()


def row(metric, setting, outputs, value, of_weights, scores, y, w, error=None):
    weights = numpy.ones(len(y)) if w is None else w.astype(float)
    own = of_weights(weights.astype(complex)).real if of_weights else value
    assert abs(own - value) <= 1e-13 * max(1, abs(value)), (metric, setting, own, value)
    if error is None:
        error = standard_error(of_weights, weights)
    texts = [" ".join(repr(float(x)) for x in numpy.ravel(part)) for part in (scores, y, [] if w is None else w)]
    lines.append(",".join([metric, setting, str(outputs), repr(float(value)), repr(float(error)), *texts]))


def mean(terms):
    return lambda w: (w * terms).sum() / w.sum()


def average_of(of_class, y, classes, average):
    """of_class(c)(weights), averaged."""
    def value(w):
        shares = [(w * (y == c)).sum() / w.sum() if average == "weighted" else 1 / len(classes) for c in classes]
        return sum(s * of_class(c)(w) for s, c in zip(shares, classes))
    return value


def ratio(above, below):
    return lambda w: (w * above).sum() / (w * below).sum() if (w * below).sum() != 0 else 0 * w.sum()


PARTS = {"precision": lambda is_, said: (is_ * said, said), "recall": lambda is_, said: (is_ * said, is_),
         "f1": lambda is_, said: (2.0 * is_ * said, is_ + said)}
SCORES = {"precision": metrics.precision_score, "recall": metrics.recall_score, "f1": metrics.f1_score}


def auc(y, f):
    won = numpy.sign(f[:, None] - f[None, :]) / 2 + 0.5
    pairs = (y[:, None] == 1) & (y[None, :] == 0)
    return lambda w: (w[:, None] * w[None, :] * won * pairs).sum() / (w[:, None] * w[None, :] * pairs).sum()


def average_precision(y, f):
    above = f[None, :] >= f[:, None]  # [row][other]: the other's score is not lower
    return lambda w: (w * y * (above @ (w * y)) / numpy.where(above @ w == 0, 1, above @ w)).sum() / (w * y).sum()


def balanced(y, said, classes):
    return lambda w: sum((w * (y == c) * (said == c)).sum() / (w * (y == c)).sum() for c in classes) / len(classes)


def mcc(y, said, classes):
    def value(w):
        w = w / w.sum()
        t = numpy.array([(w * (y == c)).sum() for c in classes])
        d = numpy.array([(w * (said == c)).sum() for c in classes])
        return ((w * (y == said)).sum() - (t * d).sum()) / numpy.sqrt((1 - (t**2).sum()) * (1 - (d**2).sum()))
    return value


def median_error(y, f, w):
    """Woodruff's standard error of the median of |y − f|, from the rows one by one."""
    error = numpy.sort(numpy.repeat(abs(y - f), w if w is not None else 1))
    share = numpy.arange(1, len(error) + 1) / len(error)
    weights = numpy.ones(len(y)) if w is None else w
    n = weights.sum() ** 2 / (weights**2).sum()
    def quantile(q):
        k = numpy.searchsorted(share, q - 1e-12)
        return (error[k] + error[k + 1]) / 2 if k + 1 < len(error) and abs(share[k] - q) < 1e-12 else error[k]
    return (quantile(0.5 + 0.5 / n**0.5) - quantile(0.5 - 0.5 / n**0.5)) / 2


def regression(y, f, w):
    r = numpy.repeat(numpy.arange(len(y)), w if w is not None else 1)
    row("mape", "none", 1, metrics.mean_absolute_percentage_error(y[r], f[r]),
        mean(abs(y - f) / numpy.maximum(abs(y), numpy.finfo(float).eps)), f, y, w)
    row("median_absolute_error", "none", 1, metrics.median_absolute_error(y[r], f[r]), None, f, y, w,
        median_error(y, f, w))
    for q in (0.5, 0.9, 0.03):
        row("pinball", f"quantile {q}", 1, metrics.mean_pinball_loss(y[r], f[r], alpha=q),
            mean(numpy.where(y > f, q * (y - f), (1 - q) * (f - y))), f, y, w)


def classification(y, f, w):
    """f: [row] log odds of class 1, or [row][class] logits."""
    k = 1 if f.ndim == 1 else f.shape[1]
    n, classes = len(y), list(range(max(k, 2)))
    r = numpy.repeat(numpy.arange(n), w if w is not None else 1)
    if k == 1:
        p = scipy.special.expit(f)
        p, said = numpy.stack([1 - p, p], axis=1), (f > 0).astype(int)
    else:
        p, said = scipy.special.softmax(f, axis=1), f.argmax(axis=1)
    assert set(y[r]) == set(classes)
    row("balanced_accuracy", "none", k, metrics.balanced_accuracy_score(y[r], said[r]), balanced(y, said, classes), f, y, w)
    row("mcc", "none", k, metrics.matthews_corrcoef(y[r], said[r]), mcc(y, said, classes), f, y, w)
    if len(classes) == 2:
        brier = (p[:, 1] - y) ** 2
        row("brier", "none", k, metrics.brier_score_loss(y[r], p[r, 1]), mean(brier), f, y, w)
    else:  # this scikit-learn has it for two classes alone: the sum over classes of one against the rest
        brier = sum((p[:, c] - (y == c)) ** 2 for c in classes)
        row("brier", "none", k, sum(metrics.brier_score_loss(y[r] == c, p[r, c]) for c in classes), mean(brier), f, y, w)
    costs = numpy.round(rng.uniform(size=(len(classes), len(classes))) * 8) / 2
    table = metrics.confusion_matrix(y[r], said[r], labels=classes)
    row("cost_matrix", "costs " + " ".join(str(c) for c in costs.ravel()), k, (table * costs).sum() / table.sum(),
        mean(costs[y, said]), f, y, w)
    row("cost_matrix", "none", k, metrics.zero_one_loss(y[r], said[r]), mean(y != said), f, y, w)
    for name in PARTS:
        of_class = lambda c: ratio(*PARTS[name]((y == c) * 1, (said == c) * 1))
        if len(classes) == 2:
            row(name, "none", k, SCORES[name](y[r], said[r], zero_division=0), of_class(1), f, y, w)
        row(name, "class 0", k, SCORES[name](y[r], said[r], labels=[0], average="macro", zero_division=0), of_class(0), f, y, w)
        for average in ("macro", "weighted"):
            row(name, average, k, SCORES[name](y[r], said[r], average=average, zero_division=0),
                average_of(of_class, y, classes, average), f, y, w)
    for name, score, by_weight in [("auc", metrics.roc_auc_score, auc),
                                   ("average_precision", metrics.average_precision_score, average_precision)]:
        of_class = lambda c: by_weight((y == c) * 1, p[:, c] if len(classes) > 2 else (f if k == 1 else f[:, 1] - f[:, 0]) * (1 if c else -1))
        hot = (y[:, None] == numpy.array(classes)[None, :]) * 1
        if len(classes) == 2 and name != "auc":
            row(name, "none", k, score(y[r], p[r, 1]), of_class(1), f, y, w)
        if name != "auc":  # whose standard error of one class is DeLong's: metrics.csv
            row(name, "class 0", k, score(hot[r, 0], p[r, 0]), of_class(0), f, y, w)
        for average in ("macro", "weighted"):
            row(name, average, k, score(hot[r], p[r], average=average), average_of(of_class, y, classes, average), f, y, w)


for weighted in (False, True):
    for n in (15, 24):
        y = numpy.round(rng.normal(5, 3, n), 3)
        f = numpy.round(y + rng.normal(size=n), 3)
        regression(y, f, rng.integers(0, 4, n) if weighted else None)
    for k, n, places in [(1, 24, 3), (1, 26, 0), (2, 30, 0), (3, 30, 2), (4, 36, 2)]:
        y = numpy.arange(n) % max(k, 2)
        f = rng.normal(size=n) * 1.5 + y - 0.5 if k == 1 else rng.normal(size=(n, k)) * 1.5 + 1.5 * numpy.eye(k)[y]
        classification(y, numpy.round(f, places) + 0.0, rng.integers(0, 4, n) if weighted else None)
# A class that is never decided, and one that no row has.
y = numpy.array([0, 0, 1, 1, 2, 2, 0, 1])
f = numpy.round(rng.normal(size=(8, 3)) - numpy.array([0, 0, 9.0]), 2)
said = f.argmax(axis=1)
for name in PARTS:
    of_class = lambda c: ratio(*PARTS[name]((y == c) * 1, (said == c) * 1))
    row(name, "macro", 3, SCORES[name](y, said, average="macro", zero_division=0), average_of(of_class, y, [0, 1, 2], "macro"), f, y, None)
f[:, 2] = -9
y = y % 2
said = f.argmax(axis=1)
for name in PARTS:
    of_class = lambda c: ratio(*PARTS[name]((y == c) * 1, (said == c) * 1))
    row(name, "macro", 3, SCORES[name](y, said, average="macro", zero_division=0), average_of(of_class, y, [0, 1], "macro"), f, y, None)

# Counts and their means. Rows of weight 0 have no part in either.
counts = numpy.random.default_rng(6)
for weighted in (False, True):
    for n, size in ((18, 3.0), (25, 0.4)):
        f = numpy.round(size * counts.gamma(2.0, 0.5, n), 4) + 0.01
        y = counts.poisson(f).astype(float)
        w = counts.integers(0, 4, n) if weighted else None
        r = numpy.repeat(numpy.arange(n), w if w is not None else 1)
        row("poisson_deviance", "none", 1, metrics.mean_poisson_deviance(y[r], f[r]),
            mean(2 * (scipy.special.xlogy(y, y / f) - y + f)), f, y, w)

pathlib.Path(__file__).with_name("metric_settings.csv").write_text("\n".join(lines) + "\n")
