"""The filter's loss, effective ranks, kNN votes and LARC, in float64, of drawn features."""

import torch
from torch.nn import functional as F

SHAPES = {
    "poly": lambda s, sigma: s**sigma,
    "log": lambda s, _: s.log(),
    "log_1": lambda s, _: (1 + s).log(),
    "log_2": lambda s, _: (1 + s * s).log(),
}
CASES = [("poly", "online", power) for power in (1.0, 2.0, 0.5, 0.0)]
CASES += [(shape, "online", 0.0) for shape in ("log", "log_1", "log_2")]
CASES += [("poly", "target", power) for power in (-1.0, -0.5, -0.3, 1.0)]


def standardised(x):
    """Columns of mean 0 and variance 1, as a batch norm without affine leaves them."""
    return (x - x.mean(dim=0)) / x.std(dim=0, unbiased=False)


def filter_of(x, shape, sigma):
    """W = V g(S) Vᵀ of the directions that are not rounding."""
    _, s, vh = torch.linalg.svd(x.double(), full_matrices=False)
    kept = s > s[0] * max(x.shape) * torch.finfo(torch.float32).eps
    s, v = s[kept], vh[kept].T
    return v @ torch.diag(SHAPES[shape](s, sigma)) @ v.T


def mean_cosine(p, z, case, source=None):
    """The mean cosine with the filter on its side, taken from what it is applied to or from `source`."""
    shape, location, sigma = case
    p, z = p.double(), z.double()
    if location == "online":
        p = p @ filter_of((p if source is None else source).detach(), shape, sigma)
    else:
        z = z @ filter_of(z if source is None else source, shape, sigma)
    return F.cosine_similarity(p, z).mean()


def branches(b, d):
    """Outputs of two views that share most of what they say, of fewer strong directions than weak ones."""
    strength = torch.logspace(0, -1, d)
    shared = torch.randn(b, d) * strength
    mix = torch.linalg.qr(torch.randn(d, d))[0]
    return [standardised((shared + 0.4 * torch.randn(b, d) * strength) @ mix) for _ in range(2)]


def predictor_cases():
    cases, tensors = [], {}
    for b, d in ((32, 64), (48, 48), (96, 40)):
        for case in CASES:
            name = f"case{len(cases):02d}"
            p, z = branches(b, d)
            p.requires_grad_()
            cosine = mean_cosine(p, z, case)
            cosine.backward()
            entry = {"name": name, "b": b, "d": d}
            entry |= dict(zip(("pred_type", "pred_location", "sigma"), case))
            entry["mean_cosine"] = cosine.item()
            if case[1] == "target":
                entry["online_source_mean_cosine"] = mean_cosine(p.detach(), z, case, source=p.detach()).item()
            cases.append(entry)
            tensors |= {f"{name}.p": p.detach(), f"{name}.z": z, f"{name}.grad": p.grad}
    return {"cases": cases}, tensors


def effective_rank(values):
    q = values[values > 0] / values.sum()
    return torch.exp(-(q * q.log()).sum()).item()


def votes(train, labels, test, truth, k, distance, temperature):
    """Top-1 and top-5 in percent by votes of the k nearest, counted image by image."""
    hits = torch.zeros(2)
    for x, label in zip(test.double(), truth):
        if distance == "cosine":
            near = F.cosine_similarity(x[None], train.double())
            weights = (near / temperature).exp()
        else:
            away = (x - train.double()).norm(dim=1)
            near, weights = -away, 1 / (away + 1e-5)
        nearest = near.topk(min(k, len(train))).indices
        score = torch.zeros(labels.max() + 1, dtype=torch.float64)
        score.index_add_(0, labels[nearest], weights[nearest])
        order = score.argsort(descending=True)
        hits += torch.tensor([float(label in order[:1]), float(label in order[:5])])
    return (100 * hits / len(test)).tolist()


def evaluation():
    f0 = standardised(torch.randn(64, 32) @ torch.diag(torch.logspace(0, -1, 32)))
    f1 = standardised(torch.randn(64, 128))
    f2 = torch.randn(200, 48)
    tensors = {"f0": f0, "f1": f1, "f2": f2}
    ranks = []
    for name, x in tensors.items():
        s = torch.linalg.svdvals(x.double())
        ranks.append({"name": name, "erank_singular_values": effective_rank(s),
                      "erank_squared": effective_rank(s * s), "top5": s[:5].tolist()})
    classes = torch.randn(6, 24)
    labels, truth = torch.arange(300) % 6, torch.arange(90) % 6
    train = classes[labels] + 1.3 * torch.randn(300, 24)
    test = classes[truth] + 1.3 * torch.randn(90, 24)
    tensors |= {"train": train, "test": test, "train_targets": labels, "test_targets": truth}
    knn = []
    for k, distance, temperature in ((1, "cosine", 0.07), (5, "cosine", 0.07), (20, "cosine", 0.07),
                                     (20, "cosine", 0.2), (20, "euclidean", 0.07), (200, "cosine", 0.07)):
        top1, top5 = votes(train, labels, test, truth, k, distance, temperature)
        knn.append({"k": k, "distance": distance, "temperature": temperature, "acc1": top1, "acc5": top5})
    return {"erank": ranks, "knn": knn}, tensors


def larc():
    """Three steps of SGD (momentum .9, rate .4) on gradients that LARC has scaled (weight decay 1e-3)."""
    p = torch.randn(7, 5)
    tensors, moved = {"larc.p0": p.clone()}, torch.zeros_like(p)
    for step in range(3):
        g = torch.randn(7, 5)
        trust = 0.001 * p.norm() / (g.norm() + 1e-3 * p.norm() + 1e-8)
        moved = 0.9 * moved + trust * (g + 1e-3 * p)
        p = p - 0.4 * moved
        tensors |= {f"larc.grad{step}": g, f"larc.p{step + 1}": p.clone()}
    return tensors
