"""NT-Xent, optimizers, schedules and whole training steps by PyTorch, lightly and NumPy, in float64.

    python test/parity/simclr/make_training.py > test/parity/simclr/training.json
"""
import json

import lightly
import numpy as np
import torch
from lightly.loss import NTXentLoss
from torch import nn
from torch.nn import functional as F

from formula_weights import parameter, pixels, uniform

STEPS = 5
RATES = [0.1, 0.08, 0.05, 0.05, 0.02]
# Small: the first gradients are long, and float32 and float64 soon part ways on a rough road.
TRAINING_RATES = [0.004, 0.004, 0.003, 0.002]


def rounded(values):
    return [float(f"{value:.9g}") for value in np.asarray(values, dtype=np.float64).ravel()]


def nt_xent(temperature, rows, size, scale):
    z = torch.tensor(scale * uniform(f"projections {rows}", [rows, size]).astype(np.float32), dtype=torch.float64)
    z.requires_grad_(True)
    loss = NTXentLoss(temperature=temperature)(z[: rows // 2], z[rows // 2 :])
    loss.backward()
    case = {"temperature": temperature, "rows": rows, "size": size, "scale": scale}
    return case | {"loss": loss.item(), "gradient": rounded(z.grad)}


def weights_and_gradients():
    weight = uniform("optimizer weight", [3, 4]).astype(np.float32).astype(np.float64)
    gradients = [uniform(f"optimizer gradient {t}", [3, 4]).astype(np.float32).astype(np.float64) for t in range(STEPS)]
    return weight, gradients


def by_torch(name, build, settings):
    weight, gradients = weights_and_gradients()
    w = torch.tensor(weight, requires_grad=True)
    optimizer = build([w])
    after = []
    for rate, gradient in zip(RATES, gradients):
        optimizer.param_groups[0]["lr"] = rate
        w.grad = torch.tensor(gradient)
        optimizer.step()
        after.append(rounded(w.detach()))
    return {"name": name, "settings": settings, "after": after}


def lars(weight_decay, momentum, trust, adapted):
    """The update of google-research/simclr (lars_optimizer.py, classic momentum), written down in NumPy."""
    w, gradients = weights_and_gradients()
    v = np.zeros_like(w)
    after = []
    for rate, g in zip(RATES, gradients):
        scaled = rate
        if adapted:
            g = g + weight_decay * w
            w_norm, g_norm = np.linalg.norm(w), np.linalg.norm(g)
            scaled = rate * (trust * w_norm / g_norm if w_norm > 0 and g_norm > 0 else 1.0)
        v = momentum * v + scaled * g
        w = w - v
        after.append(rounded(w))
    settings = {"kind": "lars", "momentum": momentum, "weightDecay": weight_decay, "trustCoefficient": trust}
    return {"name": "lars" if adapted else "lars, not adapted", "settings": settings, "after": after}


def cosine(peak, warmup, total):
    """PyTorch's cosine annealing after a linear warm-up from 0 (which PyTorch's own warm-up cannot start at)."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=peak)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=total - warmup)
    rates = [peak * t / warmup for t in range(warmup)]
    for _ in range(total - warmup):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return {"peak": peak, "warmup": warmup, "total": total, "rates": rounded(rates)}


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.has_shortcut = stride != 1 or inputs != outputs
        if self.has_shortcut:
            self.convShortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.bnShortcut = nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.bnShortcut(self.convShortcut(x)) if self.has_shortcut else x))


class Network(nn.Module):
    """ResNet-18 with 4 channels where the full one has 64, the 3×3 stem, and the default head."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Module()
        self.encoder.stem = nn.Module()
        self.encoder.stem.conv = nn.Conv2d(3, 4, 3, 1, 1, bias=False)
        self.encoder.stem.bn = nn.BatchNorm2d(4)
        inputs = 4
        for group, outputs in enumerate((4, 8, 16, 32)):
            blocks = nn.Module()
            blocks.block0 = Block(inputs, outputs, 1 if group == 0 else 2)
            blocks.block1 = Block(outputs, outputs, 1)
            setattr(self.encoder, f"group{group + 1}", blocks)
            inputs = outputs
        self.head = nn.Module()
        self.head.dense0 = nn.Linear(32, 32, bias=False)
        self.head.dense0.bn = nn.BatchNorm1d(32)
        self.head.dense1 = nn.Linear(32, 128)

    def forward(self, x):
        e = self.encoder
        x = F.relu(e.stem.bn(e.stem.conv(x)))
        for group in (e.group1, e.group2, e.group3, e.group4):
            x = group.block1(group.block0(x))
        h = x.mean((2, 3))
        hidden = F.relu(self.head.dense0.bn(F.linear(h, self.head.dense0.weight)))
        return self.head.dense1(hidden)


def kindred_name(name, module):
    *path, part = name.split(".")
    is_norm = isinstance(module.get_submodule(".".join(path)), nn.modules.batchnorm._BatchNorm)
    parts = {"weight": "gamma" if is_norm else "kernel", "bias": "beta" if is_norm else "bias"}
    parts |= {"running_mean": "movingMean", "running_var": "movingVariance"}
    return "/".join([*path, parts[part]])


def training_steps():
    """Four updates by SGD with Nesterov momentum on eight fixed views; every layer, statistic and gradient takes part."""
    network = Network()
    state = {}
    for name, tensor in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            state[name] = tensor
            continue
        shape = list(tensor.shape)
        if len(shape) == 4:
            values = parameter(kindred_name(name, network), [shape[2], shape[3], shape[1], shape[0]]).transpose(3, 2, 0, 1)
        elif len(shape) == 2:
            values = parameter(kindred_name(name, network), shape[::-1]).T
        else:
            values = parameter(kindred_name(name, network), shape)
        state[name] = torch.from_numpy(np.ascontiguousarray(values))
    network.load_state_dict(state)
    network.double().train()
    views = torch.from_numpy(pixels("views", [8, 16, 16, 3]).transpose(0, 3, 1, 2).copy()).double()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    criterion = NTXentLoss(temperature=0.5)
    steps = []
    for rate in TRAINING_RATES:
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        z = network(views)
        loss = criterion(z[:4], z[4:])
        loss.backward()
        norm = torch.sqrt(sum((p.grad**2).sum() for p in network.parameters()))
        optimizer.step()
        steps.append({"loss": loss.item(), "gradientNorm": norm.item()})
    ends = {}
    for name, tensor in network.state_dict().items():
        if tensor.dim() == 1 and tensor.shape[0] <= 32:
            ends[kindred_name(name, network)] = rounded(tensor)
    return {"rates": TRAINING_RATES, "steps": steps, "ends": ends}


torch.manual_seed(0)
sgd = {"kind": "sgd", "momentum": 0.9, "nesterov": False, "weightDecay": 5e-4}
adamw = {"kind": "adamw", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.01}
print(
    json.dumps(
        {
            "madeWith": {"torch": torch.__version__, "lightly": lightly.__version__, "numpy": np.__version__},
            "ntXent": [nt_xent(0.5, 4, 3, 1), nt_xent(0.1, 12, 6, 1), nt_xent(1, 10, 7, 40), nt_xent(0.05, 8, 5, 1e-3)],
            "rates": RATES,
            "optimizers": [
                by_torch("sgd", lambda p: torch.optim.SGD(p, lr=1, momentum=0.9, weight_decay=5e-4), sgd),
                by_torch(
                    "sgd with Nesterov momentum",
                    lambda p: torch.optim.SGD(p, lr=1, momentum=0.9, weight_decay=5e-4, nesterov=True),
                    sgd | {"nesterov": True},
                ),
                by_torch("adamw", lambda p: torch.optim.AdamW(p, lr=1, weight_decay=0.01), adamw),
                lars(1e-6, 0.9, 0.001, True),
                lars(0.1, 0.9, 0.02, True),
                lars(0.1, 0.9, 0.02, False),
            ],
            "schedules": [cosine(4.8, 30, 300), cosine(0.12, 1, 10)],
            "training": training_steps(),
        }
    )
)
