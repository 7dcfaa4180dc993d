"""Writes implicit_gamma.txt: d ln z / dk at a fixed probability F(z; k) = P(k, z) of the gamma law, in 30 digits.

The values are sums in ascending powers of z,
    -dF/dk / (z p) = sum_n z^n / (k (k + 1) ... (k + n)) (psi(k + n + 1) - ln z),
with as many more digits as cancel. Some are compared with another way: a central difference over 1e-40 of mpmath's
own incomplete gamma function in k, divided by z p. Arguments are numbers of f64: the values belong to exactly these.
"""

import math
import sys

from mpmath import mp, mpf

SHAPES = [1e-3, 1e-2, 0.1, 0.3, 0.5, 0.999, 1.0, 1.5, 2.0, 3.7, 5.0, 10.0, 30.0, 55.5, 100.0, 199.0, 201.0, 300.0, 1e3, 3e3, 1e4]
LOGARITHMS = [-1e4, -1e3, -100.0, -30.0, -10.0, -3.0, -1.0, 0.0]
LOWER_TAILS = [1e-300, 1e-100, 1e-20, 1e-5, 0.01, 0.1, 0.5, 0.9]
UPPER_TAILS = [-3.0, -7.0, -20.0, -50.0, -230.0, -690.7]  # ln(1 - F)
DIGITS = 30


def derivative(k, ln_z):
    """d ln z / dk."""
    k, ln_z = mpf(k), mpf(ln_z)
    # The terms add up to e^z at most; what remains of them is above e^-2z.
    excess = max(0.0, float(mp.exp(ln_z) - k)) if ln_z > 0 else 0.0
    with mp.workdps(60 + int(excess)):
        z, term, psi, total, n = mp.exp(ln_z), 1 / k, mp.psi(0, k + 1), mpf(0), 0
        while True:
            part = term * (psi - ln_z)
            total += part
            if z < k + n and abs(part) <= abs(total) * mpf(10) ** -50 and psi > ln_z:
                return total
            n += 1
            term *= z / (k + n)
            psi += 1 / (k + n)


def by_difference(k, ln_z):
    """The same, from the incomplete gamma function."""
    with mp.workdps(140):
        k, z, h = mpf(k), mp.exp(mpf(ln_z)), mpf(10) ** -40
        # The smaller of F and 1 - F.
        sign, ends = (1, (z, mp.inf)) if z > k else (-1, (0, z))
        slope = (mp.gammainc(k + h, *ends, regularized=True) - mp.gammainc(k - h, *ends, regularized=True)) / (2 * h)
        return sign * slope / mp.exp(k * mp.log(z) - z - mp.loggamma(k))


def ln_survival(k, z):
    """ln(1 - F(z; k)) above the mode, to three digits: only tells where the tails are."""
    fraction = 0.0
    for n in range(2000, 0, -1):
        fraction = n * (n - k) / (z + 2 * n + 1 - k - fraction)
    return k * math.log(z) - z - math.lgamma(k) - math.log(z + 1 - k - fraction)


def upper_quantile(k, target):
    """ln z with about the given ln(1 - F)."""
    low, high = max(k + math.sqrt(k), 1e-3), 2 * k + 2000
    for _ in range(60):
        z = 0.5 * (low + high)
        low, high = (z, high) if ln_survival(k, z) > target else (low, z)
    return math.log(low)


def arguments(k):
    """Values of ln z for this shape."""
    yield from LOGARITHMS
    for m in range(-8, 9):
        z = k * (1 + m / math.sqrt(k))
        if z > 0:
            yield math.log(z)
    # F is nearly z^k / Γ(k + 1) where it is small.
    yield from ((math.log(tail) + math.lgamma(k + 1)) / k for tail in LOWER_TAILS)
    yield from (upper_quantile(k, target) for target in UPPER_TAILS)


def main():
    print("# k, ln z, d ln z / dk at a fixed probability of the standard gamma law; by make_implicit_gamma.py")
    mp.dps = 60
    for index, k in enumerate(SHAPES):
        for place, ln_z in enumerate(sorted({float(f"{x:.9g}") for x in arguments(k)})):
            if ln_z < -1e4:
                continue
            value = derivative(k, ln_z)
            if (index + place) % 5 == 0 and -100 < ln_z < 7 and k < 500:
                other = by_difference(k, ln_z)
                agrees = abs(value / other - 1) < mpf(10) ** -35
                print(f"{k!r} at {ln_z!r}: {'agrees' if agrees else 'DIFFERS'}", file=sys.stderr)
                assert agrees
            print(repr(k), repr(ln_z), mp.nstr(value, DIGITS, strip_zeros=False))


main()
