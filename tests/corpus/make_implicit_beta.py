"""Writes implicit_beta.txt: dz / da at a fixed probability F(z; a, b) = I_z(a, b) of the beta law, in 30 digits.

With p the density, -dF/da / (p z (1 - z)) is a sum in ascending powers of z, and another one in powers of y = 1 - z:
    sum_n (a + b)_n / (a)_(n + 1) z^n (psi(a + n + 1) - psi(a + b + n) - ln z),
    sum_n (a + b)_n / (b)_(n + 1) y^n (psi(a + b + n) - psi(a) + ln z).
With as many more digits as cancel, they are taken on the side of the mean where their terms are positive, or close to an
end where they are few. Some are compared with another way: a central difference over 1e-40 of mpmath's own incomplete
beta function in a, divided by p. The lesser of z and y is a number of f64, and the value belongs to exactly this number;
the other one is rounded.
"""

import sys

from mpmath import mp, mpf

SHAPES = [1e-3, 0.05, 0.5, 1.0, 2.5, 8.0, 12.0, 300.0, 1e4]
DEVIATIONS = [-28.0, -7.0, -2.5, -0.8, 0.0, 0.8, 2.5, 7.0, 28.0]  # of ln(z / y)
LOGITS = [-650.0, 0.1, 650.0]
DIGITS = 30


def slope(a, b, z, y):
    """dz / da."""
    extra = 0
    while True:
        with mp.workdps(60 + extra):
            a, b, z, y = mpf(a), mpf(b), mpf(z), mpf(y)
            z, y = (z, 1 - z) if z <= y else (1 - y, y)
            ln_z = mp.log(z) if z < 0.5 else mp.log1p(-y)
            offset = mp.psi(0, a + b) - mp.psi(0, a)
            lower = (ln_z + offset < 0 and y > 1e-3) or z < 1e-3
            ratio, n = z if lower else y, mpf(0)
            term = 1 / (a if lower else b)
            factor = 1 / a - offset - ln_z if lower else offset + ln_z
            total = size = mpf(0)
            while True:
                part = term * factor
                total += part
                size += abs(part)
                beside = (a if lower else b) + n + 1
                step = ratio * (a + b + n) / beside
                if step < 1 and abs(part) < (1 - step) * size * mpf(10) ** (-mp.dps) and n > 3:
                    break
                factor += 1 / beside - 1 / (a + b + n) if lower else 1 / (a + b + n)
                term *= step
                n += 1
            if abs(total) > size * mpf(10) ** (-15 - extra):
                return z * y * total
        extra = 2 * extra + 50


def by_difference(a, b, z, y):
    """The same, from the incomplete beta function."""
    with mp.workdps(300):
        a, b, z, h = mpf(a), mpf(b), mpf(z) if z <= y else 1 - mpf(y), mpf(10) ** -40
        # The smaller of F and 1 - F.
        sign, ends = (1, (z, 1)) if z > a / (a + b) else (-1, (0, z))
        change = mp.betainc(a + h, b, *ends, regularized=True) - mp.betainc(a - h, b, *ends, regularized=True)
        return sign * change / (2 * h) * mp.beta(a, b) / (z ** (a - 1) * (1 - z) ** (b - 1))


def arguments(a, b):
    """Pairs of z and 1 - z for these shapes."""
    center, spread = mp.psi(0, a) - mp.psi(0, b), mp.sqrt(mp.psi(1, a) + mp.psi(1, b))
    logits = LOGITS + [center + spread * deviation for deviation in DEVIATIONS]
    for logit in sorted(float(logit) for logit in logits if abs(logit) < 690):
        lesser = float(f"{float(1 / (1 + mp.exp(abs(logit)))):.9g}")
        yield (lesser, 1 - lesser) if logit < 0 else (1 - lesser, lesser)


def main():
    print("# a, b, z, 1 - z, dz / da at a fixed probability of the beta law with shapes a and b; by make_implicit_beta.py")
    print("# Of z and 1 - z, the lesser one is exact.")
    mp.dps, count = 30, 0
    for a in SHAPES:
        for b in SHAPES:
            for z, y in arguments(a, b):
                value = slope(a, b, z, y)
                count += 1
                if count % 7 == 0 and a + b < 500 and min(z, y) > 1e-3:
                    agrees = abs(value / by_difference(a, b, z, y) - 1) < mpf(10) ** -35
                    print(f"{a} {b} {z} {y}: {'agrees' if agrees else 'DIFFERS'}", file=sys.stderr)
                    assert agrees
                print(repr(a), repr(b), repr(z), repr(y), mp.nstr(value, DIGITS, strip_zeros=False))


main()
