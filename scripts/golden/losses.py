"""SwAV, DINO, Barlow Twins and VICReg: losses and gradients of drawn outputs; scores without labels."""

import torch
from torch.nn import functional as F


def cross_entropy(logits, targets, temperature):
    """The mean over every pair of a target and another view's prediction of it."""
    terms = [-(target * F.log_softmax(view / temperature, dim=1)).sum(dim=1).mean()
             for t, target in enumerate(targets)
             for v, view in enumerate(logits) if v != t]
    return sum(terms) / len(terms)


@torch.no_grad()
def sinkhorn(logits, epsilon, iterations):
    """Assignments (images, prototypes): each prototype's column is brought to 1/K, each image's row to 1/B, in turn."""
    q = torch.exp(logits / epsilon)
    q = q / q.sum()
    for _ in range(iterations):
        q = q / q.sum(dim=0, keepdim=True) / q.shape[1]
        q = q / q.sum(dim=1, keepdim=True) / q.shape[0]
    return q * q.shape[0]


@torch.no_grad()
def centred_and_sharpened(logits, centre, temperature):
    return F.softmax((logits - centre) / temperature, dim=1)


def barlow(z1, z2, lamb, scale):
    a, b = ((z - z.mean(dim=0)) / torch.sqrt(z.var(dim=0, unbiased=False) + 1e-5) for z in (z1, z2))
    c = a.T @ b / len(a)
    diagonal = c.diagonal()
    return scale * ((diagonal - 1).square().sum() + lamb * (c.square().sum() - diagonal.square().sum()))


def vicreg(z1, z2, similarity, variance, covariance):
    def spread(z):
        return F.relu(1 - torch.sqrt(z.var(dim=0) + 1e-4)).mean()

    def shared(z):
        z = z - z.mean(dim=0)
        c = z.T @ z / (len(z) - 1)
        return (c - torch.diag(c.diagonal())).square().sum() / z.shape[1]

    return (similarity * F.mse_loss(z1, z2) + variance * (spread(z1) + spread(z2))
            + covariance * (shared(z1) + shared(z2)))


def swav_cases():
    cases, tensors = [], {}
    for small, queue, (b, k, d), temperature, epsilon, iterations in (
            (0, 0, (24, 40, 16), 0.1, 0.05, 3), (0, 48, (24, 40, 16), 0.1, 0.05, 3),
            (3, 0, (32, 50, 24), 0.1, 0.05, 3), (2, 32, (16, 12, 8), 0.2, 0.1, 5)):
        name = f"swav{len(cases)}"
        z = [torch.randn(b, d, requires_grad=True) for _ in range(2 + small)]
        directions = torch.randn(k, d, requires_grad=True)
        logits = [F.normalize(one) @ F.normalize(directions).T for one in z]
        targets = []
        for view in range(2):
            rows = logits[view].detach()
            if queue:
                queued = F.normalize(torch.randn(queue, d))
                tensors[f"{name}.queue{view}"] = queued
                rows = torch.cat([rows, queued @ F.normalize(directions.detach()).T])
            targets.append(sinkhorn(rows, epsilon, iterations)[:b])
            tensors[f"{name}.assignments{view}"] = targets[-1]
        loss = cross_entropy(logits, targets, temperature)
        loss.backward()
        for at, one in enumerate(z):
            tensors |= {f"{name}.z{at}": one.detach(), f"{name}.z{at}_grad": one.grad}
        tensors |= {f"{name}.prototypes": directions.detach(), f"{name}.prototypes_grad": directions.grad}
        cases.append({"case": name, "large": 2, "small": small, "queue": queue, "temperature": temperature,
                      "epsilon": epsilon, "iterations": iterations, "loss": loss.item()})
    return cases, tensors


def dino_cases():
    cases, tensors = [], {}
    for views, b, k in ((2, 16, 30), (5, 12, 40)):
        name, temperatures = f"dino{len(cases)}", [0.04, 0.055, 0.07]
        centre, values = torch.zeros(1, k), []
        for step, temperature in enumerate(temperatures):
            at = f"{name}.step{step}."
            student, teacher = torch.randn(views * b, k).mul(2).requires_grad_(), 2 * torch.randn(2 * b, k)
            targets = [centred_and_sharpened(rows, centre, temperature) for rows in teacher.chunk(2)]
            loss = cross_entropy(student.chunk(views), targets, 0.1)
            loss.backward()
            centre = 0.9 * centre + 0.1 * teacher.mean(dim=0, keepdim=True)
            values.append(loss.item())
            tensors |= {at + "student": student.detach(), at + "student_grad": student.grad,
                        at + "teacher": teacher, at + "center": centre}
        cases.append({"case": name, "views": views, "student_temperature": 0.1, "teacher_temperatures": temperatures,
                      "center_momentum": 0.9, "losses": values})
    return cases, tensors


def pair_cases(name, loss_of, settings):
    cases, tensors = [], {}
    for at, setting in enumerate(settings):
        case = f"{name}{at}"
        mix = torch.randn(24, 24) / 6
        z1, z2 = (torch.randn(32, 24).matmul(mix).requires_grad_() for _ in range(2))
        loss = loss_of(z1, z2, *setting.values())
        loss.backward()
        tensors |= {f"{case}.z1": z1.detach(), f"{case}.z2": z2.detach(),
                    f"{case}.z1_grad": z1.grad, f"{case}.z2_grad": z2.grad}
        cases.append({"case": case, **setting, "loss": loss.item()})
    return cases, tensors


def entropy_rank(values):
    p = values / values.sum() + 1e-7
    return torch.exp(-(p * p.log()).sum()).item()


def score_cases():
    """RankMe of singular values, alpha-ReQ over a range of eigenvalues, LiDAR of views about their images."""
    cases, tensors = [], {}
    for at, decay in enumerate((0.6, 1.2, 1.8)):
        case = f"scores{at}"
        strength = torch.arange(1, 33).pow(-decay).float()
        x = (torch.randn(200, 32) * strength).contiguous()
        views = (torch.randn(60, 1, 32) + 0.5 * torch.randn(60, 10, 32)) * strength
        tensors |= {f"{case}.features": x, f"{case}.views": views}
        x, views = x.double(), views.double()
        eigenvalues = torch.linalg.svdvals(x - x.mean(dim=0)).square()
        first, last = 2, 24
        i = torch.arange(first, last + 1).double().log()
        line = torch.stack([i, torch.ones_like(i)], dim=1)
        slope = torch.linalg.lstsq(line, eigenvalues[first - 1:last].log()[:, None]).solution[0].item()
        means = views.mean(dim=1)
        inside = (views - means[:, None]).flatten(0, 1)
        within = inside.T @ inside / (60 * 9) + 1e-4 * torch.eye(32).double()
        between = (means - means.mean(dim=0)).T @ (means - means.mean(dim=0)) / 59
        values, vectors = torch.linalg.eigh(within)
        root = vectors @ torch.diag(values.rsqrt()) @ vectors.T
        cases.append({"case": case, "rankme": entropy_rank(torch.linalg.svdvals(x)), "alpha_req": -slope,
                      "alpha_req_range": [first, last],
                      "lidar": entropy_rank(torch.linalg.eigvalsh(root @ between @ root).clamp(min=0))})
    return cases, tensors


def methods():
    made, tensors = {}, {}
    for name, (cases, own) in {
            "swav": swav_cases(), "dino": dino_cases(),
            "barlow": pair_cases("barlow", barlow, [{"lamb": 0.005, "scale_loss": 0.1}, {"lamb": 0.05, "scale_loss": 0.025}]),
            "vicreg": pair_cases("vicreg", vicreg, [
                {"sim_loss_weight": 25.0, "var_loss_weight": 25.0, "cov_loss_weight": 1.0},
                {"sim_loss_weight": 10.0, "var_loss_weight": 5.0, "cov_loss_weight": 2.0}]),
            "scores": score_cases()}.items():
        made[name] = cases
        tensors |= own
    return made, tensors
