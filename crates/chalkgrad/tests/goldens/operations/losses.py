"""Losses of examples."""

import torch.nn.functional as F

from golden import whole
from operations import operation
from operations.reductions import scores


@operation(*scores(lambda n, k: whole(n, count=k)))
def cross_entropy(logits, labels):
    return F.cross_entropy(logits, labels.long(), reduction="none")
