"""Muon (Jordan et al. 2024): momentum whose step is made orthogonal, for the layers' matrices."""
import torch

KEPT = 0.95         # of the momentum from step to step
SMALLEST = 1e-3     # a tensor whose numbers are smaller moves as if they were of this size


def orthogonal(matrix):
    """Near the closest matrix with all singular values 1: five steps of a quintic Newton-Schulz iteration."""
    x = matrix.bfloat16()
    wide = x.shape[0] <= x.shape[1]
    x = x if wide else x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        square = x @ x.T
        x = 3.4445 * x + (-4.775 * square + 2.0315 * square @ square) @ x
    return (x if wide else x.T).float()


class Muon:
    """Its momentum is shared between processes. `rate` is in sizes (root mean square) of each matrix."""

    def __init__(self, matrices, moments=None):
        self.matrices = matrices
        self.moments = [m.share_memory_() for m in moments or map(torch.zeros_like, matrices)]

    @torch.no_grad()
    def step(self, rate):
        for p, moment in zip(self.matrices, self.moments):
            if p.grad is None:
                continue
            moment.lerp_(p.grad, 1 - KEPT)
            step = orthogonal(p.grad.lerp(moment, KEPT))
            size = p.square().mean().sqrt().clamp(min=SMALLEST)
            p.sub_(step * (rate * size / step.square().mean().sqrt()))
            p.grad = None
