"""Weights and pixels by formula, so that two implementations can be filled alike without a file of weights.

Element i of the array called `name` is 2·mix(i + fnv1a(name)) / 2^32 − 1, times a scale; mix is the finaliser of
MurmurHash3. The same function is in test/support/formula-weights.ts.
"""
import numpy as np


def fnv1a(text: str) -> int:
    value = 0x811C9DC5
    for character in text:
        value = ((value ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    return value


def uniform(name: str, shape) -> np.ndarray:
    """float64 in [−1, 1), row-major."""
    count = int(np.prod(shape))
    x = (np.arange(count, dtype=np.uint64) + np.uint64(fnv1a(name))).astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return (2.0 * x.astype(np.float64) / 2**32 - 1.0).reshape(shape)


def parameter(name: str, shape) -> np.ndarray:
    """By the last part of the name: kernels at He's scale, statistics and affine parameters away from 0 and 1."""
    u = uniform(name, shape)
    part = name.rsplit("/", 1)[1]
    if part == "kernel":
        fan_out = shape[-1] * (shape[0] * shape[1] if len(shape) == 4 else 1)
        u = u * np.sqrt(6.0 / fan_out)
    elif part == "gamma":
        u = 0.6 + 0.2 * u
    elif part == "movingVariance":
        u = 1.0 + 0.3 * u
    else:
        u = 0.1 * u
    return u.astype(np.float32)


def pixels(name: str, shape) -> np.ndarray:
    """float32 in [0, 1)."""
    return ((uniform(name, shape) + 1.0) / 2.0).astype(np.float32)
