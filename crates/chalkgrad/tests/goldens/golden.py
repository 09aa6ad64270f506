"""What every golden is made with: numbers drawn from names, alike in `hash.rs`, and what is kept of a result."""

import json
import math
import pathlib

import torch

NUMBERS = pathlib.Path(__file__).parent / "numbers"
SAMPLES = 12
BITS = (1 << 64) - 1


def seed(name):
    """FNV-1a of the name."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 & BITS
    return value


def unit(start, index):
    """Number `index` of the SplitMix64 sequence that begins at `start`: 24 bits, in [0, 1)."""
    value = start + (index + 1) * 0x9E3779B97F4A7C15 & BITS
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & BITS
    value = (value ^ value >> 27) * 0x94D049BB133111EB & BITS
    return ((value ^ value >> 31) >> 40) / (1 << 24)


def uniform(*shape, low=-1.0, high=1.0):
    """A tensor of numbers in [low, high)."""
    return {"shape": list(shape), "low": low, "high": high}


def whole(*shape, count):
    """A tensor of whole numbers below `count`: labels, conditions, or values that tie."""
    return {"shape": list(shape), "count": count}


def fill(name, spec):
    """The tensor that a spec describes."""
    start = seed(name)
    units = [unit(start, index) for index in range(math.prod(spec["shape"]))]
    if "count" in spec:
        values = [math.floor(value * spec["count"]) for value in units]
    else:
        values = [spec["low"] + (spec["high"] - spec["low"]) * value for value in units]
    return torch.tensor(values, dtype=torch.float32).double().reshape(spec["shape"])


def number(value):
    return float(f"{torch.as_tensor(value).item():.9g}")


def golden(name, tensor, samples=SAMPLES):
    """What is kept of a tensor."""
    flat = tensor.detach().flatten()
    count = len(flat)
    start = seed(name + "/at")
    places = range(count) if count <= samples else [int(unit(start, draw) * count) for draw in range(samples)]
    weights = fill(name + "/projection", uniform(count))
    return {
        "shape": list(tensor.shape),
        "largest": number(flat.abs().max()) if count else 0.0,
        "projection": number(flat @ weights),
        "values": [number(flat[place]) for place in places],
    }


def write(name, rows):
    """One row a line, so that a change shows as one."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    (NUMBERS / f"{name}.json").write_text(f"[\n{lines}\n]\n")
