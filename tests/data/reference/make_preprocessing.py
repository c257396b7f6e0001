# What scipy 1.10.1 and scikit-learn 1.2.1 make of transformed targets, and the values of categories in the order of
# textbooks: the numbers of tests/data/target_transform_test.cpp, tests/study/target_transform_test.cpp and
# tests/data/target_encoding_test.cpp.
import numpy as np
from scipy.stats import boxcox
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler

# Box and Cox's exponent and transform.
y = np.array([0.5, 1.25, 2, 2.5, 4, 7, 8.5, 13, 20, 55])
other = np.array([900.0, 1000, 1010, 1100, 1180, 1230, 1300, 1310])
power = PowerTransformer("box-cox").fit(y[:, None])
print("exponents", repr(boxcox(y)[1]), repr(boxcox(other)[1]))
print("transformed", power.transform(y[:3, None]).ravel().tolist())
print("inverse of -1.5, 2.2", power.inverse_transform([[-1.5], [2.2]]).ravel().tolist())

# Ridge regression of transformed targets: J = |Xw + b - h(y)|^2 / (2 n) + 0.1 |w|^2 / 2 is Ridge(0.1 n).
rows = np.array([[i % 7 - 3, i % 11 - 4, float("%.6f" % np.exp(0.5 + 0.3 * (i % 7 - 3) - 0.1 * (i % 11 - 4) +
                                                              0.05 * (i % 5)))] for i in range(60)])
x, target = rows[:, :2], rows[:, 2]
transforms = {"log": dict(func=np.log, inverse_func=np.exp), "log1p": dict(func=np.log1p, inverse_func=np.expm1),
              "sqrt": dict(func=np.sqrt, inverse_func=np.square), "standardize": dict(transformer=StandardScaler()),
              "box_cox": dict(transformer=PowerTransformer("box-cox"))}
for name, transform in transforms.items():
    model = TransformedTargetRegressor(make_pipeline(StandardScaler(), Ridge(0.1 * len(x))), **transform).fit(x, target)
    print(name, model.predict([[1.5, -2], [0, 7]]).tolist())

# Values of categories, in the order of textbooks: sums of squares within and between groups.
category = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 3])
y = np.array([1, 2, 4, 8, 9, 3, 3.5, 2.5, 5, 20])
groups = [y[category == c] for c in range(4)]
n = np.array([len(g) for g in groups])
within = sum(((g - g.mean()) ** 2).sum() for g in groups) / (len(y) - len(groups))
between = sum(len(g) * (g.mean() - y.mean()) ** 2 for g in groups) / (len(groups) - 1)
n0 = (len(y) - (n**2).sum() / len(y)) / (len(groups) - 1)
m = within * n0 / (between - within)
print("encoding", [(g.sum() + m * y.mean()) / (len(g) + m) for g in groups])
