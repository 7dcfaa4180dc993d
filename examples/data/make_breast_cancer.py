"""Writes breast_cancer.csv from the copy that scikit-learn carries.

    pip install scikit-learn==1.9.1
    python make_breast_cancer.py > breast_cancer.csv

Numbers are the shortest text that reads back to the same double. scikit-learn's target is 1 for benign;
`malignant` is 1 minus that.
"""
from sklearn.datasets import load_breast_cancer


def column(name):
    """'radius error' becomes 'se_radius', 'mean radius' 'mean_radius'."""
    name = name.replace("concave points", "concave_points").replace("fractal dimension", "fractal_dimension")
    first, second = name.split()
    return f"se_{first}" if second == "error" else f"{first}_{second}"


def shortest(value):
    """The shortest decimal text of a double, without a trailing `.0`."""
    return repr(float(value)).removesuffix(".0")


data = load_breast_cancer()
print(*(column(name) for name in data.feature_names), "malignant", sep=",")
for features, benign in zip(data.data, data.target):
    print(*(shortest(value) for value in features), 1 - benign, sep=",")
