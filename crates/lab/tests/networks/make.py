"""PyTorch's numbers for the networks beside this file: `python make.py` writes goldens.json, and needs only torch.

Each NAME.py is a student's text. It is executed, and its network is the value of the last assignment that gives a module
(a loss is none); without one, the last class of modules that can be called without arguments; without one, the last
expression that is a module. `torch`, `nn`, `F` and `math` are there before the first line, as they are in a notebook.

Every number is a function of a name and an index, the hash of chalkgrad/tests/goldens: `symmetric(name, index)` in [-1, 1),
exact in f32; what is made of it is rounded to f32 once.
    the pictures                    symmetric("NAME/input", index), and their labels index % classes
    a parameter "bias"              0.1 * symmetric(key, index)
    a parameter of 2 axes or more   symmetric(key, index) * sqrt(3 / the product of all its axes but the first)
    any other parameter             1 + 0.1 * symmetric(key, index)
    running_mean, running_var       0.1 * symmetric(key, index) and 1 + 0.5 * |symmetric(key, index)|
    num_batches_tracked             0

All is computed in f64 from numbers of f32. Kept of each network:
    parameters                      how many numbers it learns
    keys                            state_dict in its order: key, shape, dtype
    logits, evaluation_loss         in evaluation mode, the loss being the mean cross-entropy
    gradients                       of that loss; a parameter that the pass does not use has none, and no entry
    loss, train_logits,             the same in train mode, where nothing is random: networks with dropout have none of
    train_gradients                 the three
    multiply_adds                   of three networks, counted by fvcore 0.1.5.post20221221: one product added to a sum is 1, and
                                    those of convolutions and of matrices are counted (multiply_adds.json says more)
Of a gradient of n numbers m are kept, those at floor(j * n / m), and its l2 norm. m is at most 64, less in networks of
many tensors and in train mode, so that the file stays small. A gradient that is 0 but for rounding is kept as 0.

refused/ has texts that are no network of pictures [3, 32, 32]: the first line of each says at which line that shows, and
words that a good sentence about it has. They are never executed.
"""

import ast
import contextlib
import io
import json
import math
import pathlib
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

HERE = pathlib.Path(__file__).parent
SIGNED = 1 << 63
NOTHING = 1e-12
# Of each tensor's gradient in train mode; the norm speaks for the rest.
IN_TRAINING = 8


def wrapped(value):
    """A number of 64 bits as torch's signed integers hold it."""
    return (value + SIGNED) % (1 << 64) - SIGNED


def mixed(value, shift):
    """`value ^ value >> shift`, the shift filling with zeros."""
    return value ^ (value >> shift & (1 << 64 - shift) - 1)


def symmetric(name, shape):
    """FNV-1a of the name starts a SplitMix64 sequence; 24 bits of each number, in [-1, 1)."""
    start = 0xCBF29CE484222325
    for byte in name.encode():
        start = (start ^ byte) * 0x100000001B3 % (1 << 64)
    index = torch.arange(1, math.prod(shape) + 1, dtype=torch.int64)
    value = index * wrapped(0x9E3779B97F4A7C15) + wrapped(start)
    value = mixed(value, 30) * wrapped(0xBF58476D1CE4E5B9)
    value = mixed(value, 27) * wrapped(0x94D049BB133111EB)
    units = (mixed(value, 31) >> 40 & (1 << 24) - 1).double() / (1 << 24)
    return (2 * units - 1).reshape(shape)


def rounded(values):
    return values.float().double()


def fill(network):
    """Gives every parameter and buffer the numbers of its key; a buffer of another name keeps its own."""
    with torch.no_grad():
        for key, parameter in network.named_parameters():
            draws = symmetric(key, parameter.shape)
            if key.rpartition(".")[2] == "bias":
                values = 0.1 * draws
            elif parameter.dim() > 1:
                values = draws * math.sqrt(3 / math.prod(parameter.shape[1:]))
            else:
                values = 1 + 0.1 * draws
            parameter.copy_(rounded(values))
        for key, buffer in network.named_buffers():
            draws = symmetric(key, buffer.shape)
            if key.endswith("running_mean"):
                buffer.copy_(rounded(0.1 * draws))
            elif key.endswith("running_var"):
                buffer.copy_(rounded(1 + 0.5 * draws.abs()))


def is_network(value):
    return isinstance(value, nn.Module) and not isinstance(value, nn.modules.loss._Loss)


def read(name):
    """The network of a text."""
    text = (HERE / f"{name}.py").read_text()
    space = {"__name__": "__main__", "torch": torch, "nn": nn, "F": F, "math": math}
    assigned = last = expression = None
    # Statement by statement, so that the value of each is seen.
    for statement in ast.parse(text, name).body:
        result = None
        with contextlib.redirect_stdout(io.StringIO()):
            if isinstance(statement, ast.Expr):
                result = eval(compile(ast.Expression(statement.value), f"{name}.py", "eval"), space)
            else:
                exec(compile(ast.Module([statement], []), f"{name}.py", "exec"), space)
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)]) | ast.AnnAssign(target=ast.Name(id=target)) if is_network(space[target]):
                assigned = space[target]
            case ast.ClassDef(name=title) if issubclass(space[title], nn.Module):
                made = called(space[title])
                last = last if made is None else made
            case ast.Expr() if is_network(result):
                expression = result
    return next(network for network in (assigned, last, expression) if network is not None)


def called(kind):
    """A network of this class, where it needs no arguments."""
    try:
        return kind()
    except TypeError:
        return None


def number(value):
    return float(f"{torch.as_tensor(value).item():.9g}")


def numbers(values):
    return [number(value) for value in values.detach().flatten()]


def passed(network, images, labels, samples):
    """A pass forward and back: logits, loss, and what is kept of the gradients."""
    network.zero_grad()
    logits = network(images)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    gradients = {}
    for key, parameter in network.named_parameters():
        if parameter.grad is not None:
            flat = parameter.grad.flatten()
            count = min(samples, len(flat))
            at = [j * len(flat) // count for j in range(count)]
            # A bias before a batch norm moves nothing: its gradient is 0 but for rounding, which no two machines share.
            flat = flat if flat.norm() > NOTHING else torch.zeros_like(flat)
            gradients[key] = {"at": at, "values": numbers(flat[at]), "norm": number(flat.norm())}
    return logits, loss, gradients


def golden(name, batch, classes, shape):
    """Everything that is kept of a network."""
    torch.manual_seed(0)
    network = read(name).cpu()
    keys = [[key, list(value.shape), str(value.dtype).removeprefix("torch.")] for key, value in network.state_dict().items()]
    network = network.double()
    fill(network)
    images = rounded(symmetric(f"{name}/input", [batch, *shape]))
    labels = torch.arange(batch) % classes
    samples = 64 if len(keys) <= 16 else 32 if len(keys) <= 40 else 16

    logits, loss, gradients = passed(network.eval(), images, labels, samples)
    assert logits.shape == (batch, classes), f"{name}: {list(logits.shape)}"
    kept = {
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "keys": keys,
        "logits": numbers(logits),
        "evaluation_loss": number(loss),
        "gradients": gradients,
    }
    torch.manual_seed(1)
    logits, loss, gradients = passed(network.train(), images, labels, IN_TRAINING)
    # A pass that is random is another one with another seed.
    fill(network)
    torch.manual_seed(2)
    if torch.equal(network(images), logits):
        kept |= {"loss": number(loss), "train_logits": numbers(logits)[:64], "train_gradients": gradients}
    return kept


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    sys.dont_write_bytecode = True
    inputs = json.loads((HERE / "inputs.json").read_text())
    texts = {path.stem for path in HERE.glob("*.py")} - {"make"}
    assert texts == set(inputs), f"inputs.json and the texts differ: {sorted(texts ^ set(inputs))}"
    counts = json.loads((HERE / "multiply_adds.json").read_text())["networks"]

    goldens, total = {}, time.perf_counter()
    print(f"{'network':<28}{'parameters':>11}{'keys':>6}{'seconds':>9}")
    for name, about in inputs.items():
        start = time.perf_counter()
        goldens[name] = golden(name, about["batch"], about["classes"], about["input"])
        if name in counts:
            goldens[name]["multiply_adds"] = counts[name]
        row = goldens[name]
        random = "" if "loss" in row else "  random in train mode"
        seconds = time.perf_counter() - start
        print(f"{name:<28}{row['parameters']:>11,}{len(row['keys']):>6}{seconds:>9.2f}{random}")
    # One network a line, so that a change shows as one.
    lines = ",\n".join(f'"{name}":{json.dumps(kept, separators=(",", ":"))}' for name, kept in goldens.items())
    text = f"{{\n{lines}\n}}\n"
    (HERE / "goldens.json").write_text(text)
    print(f"{len(goldens)} networks, {len(text):,} bytes, {time.perf_counter() - total:.1f} s")


if __name__ == "__main__":
    main()
