"""PyTorch's numbers for the tests beside this file: `python make.py` writes every *.json here, and needs only torch.

Inputs are functions of a name and an index, written alike in `golden.py` and `hash.rs`, so that no input is stored.
Outputs are computed in float64 from float32 inputs. Of each tensor up to 12 elements are stored, and one sum over all
of its elements with weights drawn alike, which changes when any element does.
"""

import sys

import torch

sys.dont_write_bytecode = True
torch.set_default_dtype(torch.float64)

for part in ["operations", "networks", "optimizers", "initialization"]:
    print(part)
    __import__(part)
