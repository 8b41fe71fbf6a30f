"""What torchvision makes of made-up pictures: the numbers in torchvision-views.json.

Run: python test/parity/views/torchvision_views.py > test/parity/views/torchvision-views.json
Pictures are a formula (see `picture`), so the test makes the same ones. Large results are kept at 97 pixels.
"""

import json
import math

import torch
import torchvision
import torchvision.transforms as T
import torchvision.transforms.functional as F

torch.manual_seed(20)
torch.set_num_threads(1)


def picture(height, width):
    """uint8 [3, height, width], as restless as a photo gets: whole numbers, so every language agrees."""
    c = torch.arange(3).view(3, 1, 1)
    y = torch.arange(height).view(1, height, 1)
    x = torch.arange(width).view(1, 1, width)
    return ((73 * x + 151 * y + 199 * c + 3 * x * y * (c + 1) + 5 * x * x + (y * y) // 3) % 256).to(torch.uint8)


def unit(height, width):
    return picture(height, width).to(torch.float32) / 255


def kept(image):
    """[3, S, S] → values at the kept pixels, in the order [S, S, 3] flattened."""
    flat = image.permute(1, 2, 0).reshape(-1).tolist()
    step = 1 if len(flat) <= 600 else 7919
    count = len(flat) if step == 1 else 97
    return {"step": step, "values": [round(flat[(k * step) % len(flat)], 7) for k in range(count)]}


def crops():
    cases = []
    for height, width, box, side, flip in [
        (23, 37, (0, 0, 23, 37), 8, False),
        (23, 37, (3, 4, 5, 7), 9, False),
        (23, 37, (3, 4, 5, 7), 9, True),
        (23, 37, (22, 36, 1, 1), 8, True),
        (23, 37, (1, 17, 22, 20), 11, True),
        (23, 37, (9, 0, 8, 31), 13, False),
        (32, 32, (0, 0, 32, 32), 32, False),
        (32, 32, (5, 2, 24, 29), 32, True),
        (120, 160, (11, 20, 101, 134), 96, True),
        (120, 160, (40, 100, 33, 41), 96, False),
        (280, 373, (0, 7, 280, 366), 224, True),
    ]:
        out = F.resized_crop(unit(height, width), *box, [side, side], antialias=True)
        cases.append(dict(height=height, width=width, box=box, side=side, flip=flip, **kept(F.hflip(out) if flip else out)))
    return cases


def colours():
    """Every corner, edge and sextant of the colour cube, greys, near-greys."""
    levels = [0.0, 0.2, 0.5, 1.0]
    cube = [(r, g, b) for r in levels for g in levels for b in levels]
    near = [(0.5, 0.5, 0.5 + e) for e in (1e-6, -1e-6)] + [(0.3 + 1e-6, 0.3, 0.3), (0.7, 0.7 + 1e-6, 0.7 - 1e-6)]
    rest = [(0.123, 0.456, 0.789)] * 13
    pixels = (cube + near + rest)[:81]
    return torch.tensor(pixels, dtype=torch.float32).t().reshape(3, 9, 9)


def jitters():
    image = colours()
    operations = [
        ("brightness", F.adjust_brightness, [0.0, 0.2, 0.9, 1.0, 1.8]),
        ("contrast", F.adjust_contrast, [0.0, 0.2, 0.9, 1.0, 1.8]),
        ("saturation", F.adjust_saturation, [0.0, 0.2, 0.9, 1.0, 1.8]),
        ("hue", F.adjust_hue, [-0.5, -0.34, -0.2, -0.1, 0.0, 0.05, 0.1, 0.2, 1 / 3, 0.4, 0.5]),
    ]
    cases = [
        dict(operation=name, factor=factor, **kept(function(image, factor)))
        for name, function, factors in operations
        for factor in factors
    ]
    return dict(pixels=kept(image)["values"], grey=kept(F.rgb_to_grayscale(image, 3)), cases=cases)


def blurs():
    cases = []
    for side, sigma in [(40, 0.1), (64, 0.1), (64, 0.7), (64, 2.0), (96, 1.3), (224, 2.0)]:
        size = 2 * ((side // 10) // 2) + 1
        cases.append(dict(side=side, sigma=sigma, size=size, **kept(F.gaussian_blur(unit(side, side), [size, size], [sigma, sigma]))))
    return cases


def chains(height, width, side, orders, boxes):
    """Whole views: crop, flip, four operations in an order, grey, blur."""
    functions = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue]
    factors = [[1.35, 0.7, 1.4, 0.17], [0.6, 1.5, 0.5, -0.2], [1.1, 1.2, 1.8, 0.08], [0.95, 0.3, 1.7, -0.13]]
    size = 2 * ((side // 10) // 2) + 1
    cases = []
    for view, (order, box) in enumerate(zip(orders, boxes)):
        image = F.resized_crop(unit(height, width), *box, [side, side], antialias=True)
        flip, grey, sigma = view % 2, int(view == 4), [0, 1.5, 0, 0.4, 2.0, 0][view]
        image = F.hflip(image) if flip else image
        for operation in order:
            image = functions[operation](image, factors[view % 4][operation])
        image = F.rgb_to_grayscale(image, 3) if grey else image
        image = F.gaussian_blur(image, [size, size], [sigma, sigma]) if sigma else image
        cases.append(dict(box=box, flip=flip, order=order, factors=factors[view % 4], grey=grey, sigma=sigma, **kept(image)))
    return dict(height=height, width=width, side=side, cases=cases)


def sampling(draws=200_000):
    """Shares of boxes at or below ten thresholds of height, width, top, left, area and aspect."""
    cases = []
    for height, width, scale in [(32, 32, (0.08, 1.0)), (120, 200, (0.08, 1.0)), (90, 61, (0.2, 1.0)), (300, 37, (0.08, 1.0))]:
        image = torch.zeros(3, height, width)
        boxes = torch.tensor([T.RandomResizedCrop.get_params(image, list(scale), [3 / 4, 4 / 3]) for _ in range(draws)])
        top, left, tall, wide = boxes.unbind(1)
        measures = dict(height=tall, width=wide, top=top, left=left, area=tall * wide, aspect=wide / tall)
        shares = {}
        for name, values in measures.items():
            # Halfway between two values, so that rounding does not decide what is below.
            distinct = torch.unique(values.double())
            at = [int(i * (len(distinct) - 1) / 11) for i in range(1, 11)] if len(distinct) > 1 else []
            limits = sorted({float(distinct[i] + distinct[i + 1]) / 2 for i in at})
            shares[name] = [[limit, round(float((values.double() <= limit).double().mean()), 5)] for limit in limits]
        cases.append(dict(imageHeight=height, imageWidth=width, areaMin=scale[0], areaMax=scale[1], draws=draws, shares=shares))
    return cases


SMALL = chains(
    48, 61, 40,
    [[3, 1, 0, 2], [0, 3, 2, 1], [2, 1, 3, 0], [1, 0, 2, 3], [2, 3, 0, 1], [3, 2, 1, 0]],
    [(3, 4, 45, 50), (0, 0, 48, 61), (10, 30, 20, 17), (1, 2, 40, 41), (7, 9, 33, 44), (20, 1, 28, 21)],
)
LARGE = chains(
    280, 373, 224,
    [[3, 1, 0, 2], [0, 3, 2, 1], [2, 1, 3, 0], [1, 0, 2, 3], [2, 3, 0, 1]],
    [(0, 7, 280, 366), (60, 100, 91, 87), (2, 3, 224, 224), (100, 11, 130, 201), (200, 300, 61, 60)],
)

print(json.dumps(dict(
    versions=dict(torch=torch.__version__, torchvision=torchvision.__version__), seed=20,
    crops=crops(), jitter=jitters(), blurs=blurs(), chains=[SMALL, LARGE], sampling=sampling(),
)))
