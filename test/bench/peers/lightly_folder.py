"""SimCLR from an image folder the way Lightly's documentation shows it: the yardstick of a whole run.

    python lightly_folder.py --data DIR --side 32 --steps 60 [--bf16]     speed, decoding and augmentation included
    python lightly_folder.py --data DIR --minutes 20                      kNN after a given time, from a cold folder
    python lightly_folder.py --data DIR --steps 1000000 --ticks           a line a step, for whoever takes the time

DIR/train/CLASS/* (and DIR/test/CLASS/* for the kNN). ResNet-18 x width with the 3x3 stem up to 64 px; batch 256; SGD
with momentum 0.9 and weight decay 5e-4, learning rate 0.12 B/256 after a warm-up of a tenth, cosine; temperature 0.5;
Lightly's own transform and loss, one worker a core. Prints one JSON object a line.
"""

import argparse
import json
import math
import os
import resource
import time

import torch
import torchvision.transforms as transforms
from lightly.loss import NTXentLoss
from lightly.transforms import SimCLRTransform
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torch_step import encoder

K, TAU = 200, 0.1


def peak_memory_mb() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + children * (os.cpu_count() or 1)) / 1024


@torch.no_grad()
def embeddings(net: nn.Module, folder: str, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    """h of every picture of a split, l2-normalised, and its class."""
    transform = transforms.Compose([transforms.Resize(side), transforms.CenterCrop(side), transforms.ToTensor()])
    net.eval()
    rows, labels = [], []
    for pixels, label in DataLoader(ImageFolder(folder, transform), 500, num_workers=os.cpu_count() or 1):
        rows.append(functional.normalize(net(pixels.to(memory_format=torch.channels_last)), dim=1))
        labels.append(label)
    net.train()
    return torch.cat(rows), torch.cat(labels)


def knn_top1(net: nn.Module, data: str, side: int) -> float:
    """Weighted kNN (exp(cos / tau)) of the test split in the bank of the training split."""
    bank, bank_labels = embeddings(net, f"{data}/train", side)
    queries, labels = embeddings(net, f"{data}/test", side)
    classes = int(bank_labels.max()) + 1
    hits = 0
    for start in range(0, len(queries), 500):
        similarity, index = (queries[start : start + 500] @ bank.T).topk(min(K, len(bank)))
        votes = torch.zeros(len(similarity), classes).scatter_add_(1, bank_labels[index], (similarity / TAU).exp())
        hits += int((votes.argmax(1) == labels[start : start + 500]).sum())
    return hits / len(queries)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--width", type=float, default=0.25)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--ticks", action="store_true")
    args = parser.parse_args()
    started = time.perf_counter()
    torch.manual_seed(0)
    net, size = encoder(18, args.width, args.side)
    head = nn.Sequential(nn.Linear(size, size, bias=False), nn.BatchNorm1d(size), nn.ReLU(), nn.Linear(size, 128))
    model = nn.Sequential(net, head).to(memory_format=torch.channels_last)
    is_small = args.side <= 64
    transform = SimCLRTransform(
        input_size=args.side,
        cj_strength=0.5 if is_small else 1.0,
        gaussian_blur=0.0 if args.side <= 32 else 0.5,
        normalize=None,
    )
    data = ImageFolder(f"{args.data}/train", transform)
    loader = DataLoader(data, args.batch, shuffle=True, drop_last=True, num_workers=os.cpu_count() or 1, persistent_workers=True)
    criterion = NTXentLoss(0.5)
    peak = 0.12 * args.batch / 256
    optimizer = torch.optim.SGD(model.parameters(), peak, momentum=0.9, weight_decay=5e-4)
    budget = args.minutes * 60

    def progress(step: int) -> float:
        return step / args.steps if args.steps else (time.perf_counter() - started) / budget

    step, warm = 0, 0.0
    while progress(step) < 1:
        for (first, second, *_), *_ in loader:
            done = progress(step)
            if done >= 1:
                break
            rate = peak * min(1, done / 0.1 + 1e-3) * 0.5 * (1 + math.cos(math.pi * done))
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
                z = model(torch.cat([first, second]).to(memory_format=torch.channels_last))
            z0, z1 = z.float().chunk(2)
            loss = criterion(z0, z1)
            loss.backward()
            optimizer.step()
            loss.item()
            step += 1
            if args.ticks:
                print(json.dumps({"step": step}), flush=True)
            if step == 5:
                warm = time.perf_counter()
    seconds = time.perf_counter() - warm
    report = {
        "steps": step,
        "viewsPerSecond": (step - 5) * 2 * args.batch / seconds,
        "peakMemoryMb": peak_memory_mb(),
        "loss": loss.item(),
    }
    if args.minutes:
        report["knn"] = knn_top1(net, args.data, args.side)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
