"""Muon (Jordan et al. 2024): momentum with orthogonalized steps, for the matrices of the layers."""
from pathlib import Path

import torch

# On processors without these instructions, bfloat16 is eight times slower than float32.
HAS_BFLOAT16 = "avx512_bf16" in Path("/proc/cpuinfo").read_text()
MOMENTUM = 0.95
MIN_SIZE = 1e-3     # lower bound of a tensor's root mean square in the step size


def orthogonal(matrix):
    """Approximates the closest matrix with all singular values 1, by five quintic Newton-Schulz steps."""
    x = matrix.bfloat16() if HAS_BFLOAT16 else matrix
    wide = x.shape[0] <= x.shape[1]
    x = x if wide else x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        square = x @ x.T
        x = 3.4445 * x + (-4.775 * square + 2.0315 * square @ square) @ x
    return (x if wide else x.T).float()


class Muon:
    """The processes share the momentum. `rate` is relative to the root mean square of each matrix."""

    def __init__(self, matrices, moments=None):
        self.matrices = matrices
        self.moments = [m.share_memory_() for m in moments or map(torch.zeros_like, matrices)]

    @torch.no_grad()
    def step(self, rate):
        for p, moment in zip(self.matrices, self.moments):
            if p.grad is None:
                continue
            moment.lerp_(p.grad, 1 - MOMENTUM)
            step = orthogonal(p.grad.lerp(moment, MOMENTUM))
            size = p.square().mean().sqrt().clamp(min=MIN_SIZE)
            p.sub_(step * (rate * size / step.square().mean().sqrt()))
            p.grad = None
