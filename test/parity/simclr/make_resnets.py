"""h of torchvision's ResNet-18 and -50 on weights made by formula (formula_weights.py), in float64, BN in eval mode.

torchvision's trained weights are a download, which these numbers do not need: what is compared is the network, and
formula weights exercise every layer with statistics and affine parameters away from 0 and 1.

    python test/parity/simclr/make_resnets.py > test/parity/simclr/resnets.json
"""
import base64
import json

import numpy as np
import torch
import torchvision

from formula_weights import parameter, pixels

SIDES = [32, 75, 224]


def kindred_name(name: str) -> str:
    """conv1.weight → encoder/stem/conv/kernel, layer2.0.downsample.1.running_var → encoder/group2/…/movingVariance."""
    *path, part = name.split(".")
    if path[0] in ("conv1", "bn1"):
        layer, place = path[0][:-1], "stem"
    else:
        place = f"group{path[0][-1]}/block{path[1]}"
        layer = {"0": "convShortcut", "1": "bnShortcut"}[path[3]] if path[2] == "downsample" else path[2]
    is_conv = layer.startswith("conv")
    parts = {"weight": "kernel" if is_conv else "gamma", "bias": "beta"}
    parts |= {"running_mean": "movingMean", "running_var": "movingVariance"}
    return f"encoder/{place}/{layer}/{parts[part]}"


def filled(model: torch.nn.Module) -> torch.nn.Module:
    model.fc = torch.nn.Identity()
    state = {}
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            state[name] = tensor
            continue
        shape = list(tensor.shape)
        if len(shape) == 4:
            values = parameter(kindred_name(name), [shape[2], shape[3], shape[1], shape[0]]).transpose(3, 2, 0, 1)
        else:
            values = parameter(kindred_name(name), shape)
        state[name] = torch.from_numpy(np.ascontiguousarray(values))
    model.load_state_dict(state)
    return model.eval().double()


cases = []
for depth, build in ((18, torchvision.models.resnet18), (50, torchvision.models.resnet50)):
    model = filled(build(weights=None))
    for side in SIDES:
        image = pixels(f"pixels {side}", [1, side, side, 3]).transpose(0, 3, 1, 2)
        with torch.no_grad():
            h = model(torch.from_numpy(np.ascontiguousarray(image)).double())
        values = h.numpy().astype("<f4").tobytes()
        cases.append({"depth": depth, "side": side, "h": base64.b64encode(values).decode()})
made_with = {"torch": torch.__version__, "torchvision": torchvision.__version__, "numpy": np.__version__}
print(json.dumps({"madeWith": made_with, "cases": cases}))
