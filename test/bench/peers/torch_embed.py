"""Encodes an image folder with ResNet-18 in PyTorch, as its users do: files in, an array of h on disk.

    python torch_embed.py --data DIR --side 224 [--bf16]

DIR holds pictures in sub-folders (ImageFolder). Prints one JSON object.
"""

import argparse
import json
import os
import tempfile

import numpy
import torch
import torchvision.transforms as transforms
from torch.utils.data import DataLoader
from torch_step import encoder
from torchvision.datasets import ImageFolder

BATCH = {32: 500, 224: 64}


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--bf16", action="store_true")
    args = parser.parse_args()
    torch.manual_seed(0)
    net, _ = encoder(18, 1, args.side)
    net = net.eval().to(memory_format=torch.channels_last)
    larger = args.side if args.side <= 64 else round(args.side * 256 / 224)
    transform = transforms.Compose([transforms.Resize(larger), transforms.CenterCrop(args.side), transforms.ToTensor()])
    folder = ImageFolder(args.data, transform)
    loader = DataLoader(folder, BATCH.get(args.side, 128), num_workers=os.cpu_count() or 1)
    rows = []
    for pixels, _ in loader:
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
            rows.append(net(pixels.to(memory_format=torch.channels_last)).float().numpy())
    vectors = numpy.concatenate(rows)
    with tempfile.TemporaryFile() as file:
        numpy.save(file, vectors)
    print(json.dumps({"images": len(vectors), "dimensions": vectors.shape[1]}))


if __name__ == "__main__":
    main()
