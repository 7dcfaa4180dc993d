"""Toy problem 1 (gamma, f = sum of (z - 0.49)^2, d = 100, 10^6 samples, float32) by PyTorch on the same device.

Prints the median time of a gradient by k and mu: pathwise (rsample and backward), and the Fourier rule written by hand,
with and without torch.compile. Usage: peers.py [folder]
"""

import json
import pathlib
import statistics
import sys
import time

import torch

DIMENSION, SAMPLES, TARGET = 100, 1_000_000, 0.49


def median(step, repetitions=10):
    for _ in range(3):
        step()
    torch.cuda.synchronize()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        step()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def pathwise(k, mu):
    k, mu = k.clone().requires_grad_(), mu.clone().requires_grad_()
    z = torch.distributions.Gamma(k, 1 / mu).rsample((SAMPLES,))
    loss = ((z - TARGET) ** 2).sum(1).mean()
    loss.backward()
    return loss.detach(), k.grad, mu.grad


def fourier(k, mu):
    z = torch._standard_gamma(k.expand(SAMPLES, DIMENSION)) * mu
    distance = z - TARGET
    value = (distance * distance).sum(1).mean()
    first = 2 * distance.mean(0)
    # a_n of the gamma law: -log(1 - mu s) = mu s + mu^2 s^2 / 2 + ..., and k mu s + k mu^2 s^2 + ... for mu.
    by_k = mu * first + mu * mu / 2 * 2
    by_mu = k * first + k * mu * 2
    return value, by_k, by_mu


def main():
    device = torch.device("cuda")
    k, mu = torch.full((DIMENSION,), 1.5, device=device), torch.full((DIMENSION,), 0.7, device=device)
    rows = {"torch pathwise": median(lambda: pathwise(k, mu)), "torch Fourier": median(lambda: fourier(k, mu))}
    compiled = torch.compile(fourier)
    rows["torch.compile Fourier"] = median(lambda: compiled(k, mu))
    rows["torch draws and sum"] = median(lambda: torch._standard_gamma(k.expand(SAMPLES, DIMENSION)).sum(0))
    print(torch.__version__, torch.cuda.get_device_name())
    for name, seconds in rows.items():
        print(f"{name:<60} {seconds * 1e6:>12.1f} us {DIMENSION * SAMPLES / seconds:>10.3e} draws/s")
    if len(sys.argv) > 1:
        (pathlib.Path(sys.argv[1]) / "peers.json").write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
