"""PyTorch's numbers for the tests beside this file: `python make.py` writes every numbers/*.json, and needs only torch and
safetensors; `python make.py operations.shapes` writes those of one file.

Inputs are functions of a name and an index, written alike in `golden.py` and `hash.rs`, so that no input is stored.
Outputs are computed in float64 from float32 inputs. Of each tensor up to 12 elements are stored, and one sum over all
of its elements with weights drawn alike, which changes when any element does.
"""

import importlib
import pathlib
import sys

import torch

sys.dont_write_bytecode = True
torch.set_default_dtype(torch.float64)

themes = sorted(path.stem for path in pathlib.Path(__file__).parent.glob("operations/[a-z]*.py"))
operations = [f"operations.{theme}" for theme in themes]
parts = ["networks", "architectures", "criteria", "schedules", "optimizers", "initialization", "state_dict"]
for part in sys.argv[1:] or operations + parts:
    print(part)
    importlib.import_module(part)
