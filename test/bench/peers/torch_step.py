"""One SimCLR step in PyTorch on synthetic pictures, made again and again: the yardstick of the compiled step.

    python torch_step.py --depth 18 --width 1 --side 32 --views 128 --mode bf16

Encoder with the 3x3 stem up to 64 px and the 7x7 stem above, head Dense-BN-ReLU-Dense, Lightly's NT-Xent, SGD with
momentum. Modes: eager, bf16 (autocast), compile, compile-bf16. Prints one JSON object a step until it is ended.
"""

import argparse
import itertools
import json
import time

import torch
import torchvision
from lightly.loss import NTXentLoss
from torch import nn


def encoder(depth: int, width: float, side: int) -> tuple[nn.Module, int]:
    """A torchvision ResNet with its channels scaled by `width`; returns it without its classifier, and h's size."""
    block, layers = {
        18: (torchvision.models.resnet.BasicBlock, [2, 2, 2, 2]),
        34: (torchvision.models.resnet.BasicBlock, [3, 4, 6, 3]),
        50: (torchvision.models.resnet.Bottleneck, [3, 4, 6, 3]),
    }[depth]
    net = ScaledResNet(block, layers, width)
    if side <= 64:
        net.conv1 = nn.Conv2d(3, net.stem_channels, 3, 1, 1, bias=False)
        net.maxpool = nn.Identity()
    size = net.fc.in_features
    net.fc = nn.Identity()
    return net, size


class ScaledResNet(torchvision.models.ResNet):
    """torchvision's ResNet, each group's channels times `width` (it only knows how to widen the inner 3x3)."""

    def __init__(self, block, layers, width):
        self.scale = width
        self.stem_channels = int(64 * width)
        super().__init__(block, layers)
        self.inplanes = self.stem_channels
        self.conv1 = nn.Conv2d(3, self.stem_channels, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(self.stem_channels)
        for i, (planes, stride) in enumerate(zip((64, 128, 256, 512), (1, 2, 2, 2), strict=True)):
            setattr(self, f"layer{i + 1}", super()._make_layer(block, int(planes * width), layers[i], stride))
        self.fc = nn.Linear(int(512 * width) * block.expansion, 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--depth", type=int, default=18)
    parser.add_argument("--width", type=float, default=1)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--views", type=int, default=128)
    parser.add_argument("--mode", choices=["eager", "bf16", "compile", "compile-bf16"], default="eager")
    args = parser.parse_args()
    torch.manual_seed(0)
    net, size = encoder(args.depth, args.width, args.side)
    head = nn.Sequential(nn.Linear(size, size, bias=False), nn.BatchNorm1d(size), nn.ReLU(), nn.Linear(size, 128))
    model = nn.Sequential(net, head).to(memory_format=torch.channels_last)
    forward = torch.compile(model) if "compile" in args.mode else model
    criterion = NTXentLoss(0.5)
    optimizer = torch.optim.SGD(model.parameters(), 0.06, momentum=0.9, weight_decay=5e-4)
    views = torch.rand(args.views, 3, args.side, args.side).to(memory_format=torch.channels_last)

    def step() -> float:
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled="bf16" in args.mode):
            z = forward(views)
        half = args.views // 2
        loss = criterion(z[:half].float(), z[half:].float())
        loss.backward()
        optimizer.step()
        loss.item()
        return time.perf_counter() - start

    for number in itertools.count():
        print(json.dumps({"step": number, "stepMs": 1000 * step()}), flush=True)


if __name__ == "__main__":
    main()
