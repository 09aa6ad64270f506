"""PyTorch beside Chalkgrad: eager, the network's text from standard input, one line of JSON in the fields of `bench`.

    python3 tests/bench/pytorch.py --batch 64 --input 3,32,32 --device cpu --threads 1 --seconds 5 < network.py
"""

import argparse
import json
import sys
import time

try:
    import torch
    import torch.nn.functional as F
    from torch import nn
except ImportError as error:
    sys.exit(f"PyTorch is not there: {error}; CHALKGRAD_PYTHON may name an interpreter that has it.")

WARM_UP = 3


def read_network(text):
    """An expression is the network; otherwise it is the class `Net`."""
    scope = {"nn": nn, "F": F, "torch": torch}
    try:
        expression = compile(text, "network", "eval")
    except SyntaxError:
        exec(compile(text, "network", "exec"), scope)
        return scope["Net"]()
    return eval(expression, scope)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--batch", type=int, default=64)
    arguments.add_argument("--input", type=lambda text: [int(word) for word in text.split(",")], default=[3, 32, 32])
    arguments.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--seconds", type=float, default=5.0)
    arguments.add_argument("--parameters", type=int, help="how many the network must have")
    options = arguments.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("PyTorch finds no CUDA device.")
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)

    network = read_network(sys.stdin.read()).to(options.device)
    count = sum(parameter.numel() for parameter in network.parameters())
    if options.parameters not in (None, count):
        sys.exit(f"The text has {count} parameters, its layers {options.parameters}: they are not the same network.")
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    pictures = torch.rand(options.batch, *options.input) - 0.5
    labels = torch.tensor([7 * index % 10 for index in range(options.batch)])

    def step():
        # Uploaded anew: on the CPU, copied.
        x, y = (tensor.to(options.device, copy=True) for tensor in (pictures, labels))
        optimizer.zero_grad()
        loss = F.cross_entropy(network(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    first = step().item()
    for _ in range(1, WARM_UP):
        step().item()
    began, steps = time.perf_counter(), 0
    while True:
        loss = step()
        steps += 1
        if options.device == "cuda" and steps % 3 == 0:
            torch.cuda.synchronize()
        if time.perf_counter() - began >= options.seconds:
            break
    last = loss.item()
    seconds = time.perf_counter() - began
    adapter = torch.cuda.get_device_name() if options.device == "cuda" else ""
    fields = {"images_per_second": steps * options.batch / seconds, "steps": steps + WARM_UP, "first_loss": first}
    print(json.dumps({**fields, "last_loss": last, "device": options.device, "adapter": adapter}))


main()
