import argparse

from safetensors.torch import load_file

SEED = @seed
BATCH_SIZE = @batch
EPOCHS = @epochs
STEPS_PER_EPOCH = @steps


def transform(pictures):
    """Bytes [N, C, H, W] as the network sees them."""
    mean = torch.tensor(@mean).reshape(1, -1, 1, 1)
    deviation = torch.tensor(@deviation).reshape(1, -1, 1, 1)
    return (pictures.float() * @scale - mean) / deviation


def augment(pictures):
    """Bytes [N, C, H, W], each picture changed at random; what comes in is black."""
    changed = torch.zeros_like(pictures)
    height, width = pictures.shape[2:]
    for index, picture in enumerate(pictures):
        if @flip and torch.rand(()) < 0.5:
            picture = picture.flip(2)
        down, right = (int(torch.randint(-@shift, @shift + 1, ())) for _ in range(2))
        moved = picture[:, max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)]
        top, left = max(down, 0), max(right, 0)
        changed[index, :, top : top + moved.shape[1], left : left + moved.shape[2]] = moved
    return changed


def cifar10(folder):
    """Batches of CIFAR-10's first 45,000 training pictures, shuffled anew each epoch; the last 5,000 are held out."""
    from torchvision.datasets import CIFAR10

    data = CIFAR10(folder, train=True)
    pictures = torch.from_numpy(data.data[:45000]).permute(0, 3, 1, 2).contiguous()
    labels = torch.tensor(data.targets[:45000])
    while True:
        order = torch.randperm(len(pictures))
        for start in range(0, len(order) - BATCH_SIZE + 1, BATCH_SIZE):
            chosen = order[start : start + BATCH_SIZE]
            yield transform(augment(pictures[chosen])), labels[chosen]


def train(batches):
    """Trains the model and yields the loss of each step."""
    biases = [parameter for name, parameter in model.named_parameters() if name.endswith("bias")]
    others = [parameter for name, parameter in model.named_parameters() if not name.endswith("bias")]
    groups = [{"params": others}, {"params": biases@spared}]
    optimizer = @optimizer
    schedule = @schedule
    model.train()
    for images, labels in batches:
        loss = F.cross_entropy(model(images), labels@smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        yield loss.item()


def main():
    parser = argparse.ArgumentParser(description="A network and its training, as Chalkgrad had them.")
    parser.add_argument("weights", help="the safetensors file that was saved with this script")
    parser.add_argument("--cifar10", help="train on CIFAR-10 in this folder, where torchvision put it")
    parser.add_argument("--batches", help="train on the batches of a safetensors file: images [B, N, C, H, W], labels [B, N]")
    parser.add_argument("--save", help="write the trained weights to this safetensors file")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    model.load_state_dict(load_file(arguments.weights))
    if arguments.batches:
        file = load_file(arguments.batches)
        batches, steps = zip(file["images"], file["labels"]), len(file["labels"])
    elif arguments.cifar10:
        batches, steps = cifar10(arguments.cifar10), math.ceil(EPOCHS * STEPS_PER_EPOCH)
    else:
        print(f"{sum(parameter.numel() for parameter in model.parameters())} parameters were loaded")
        return
    for step, loss in zip(range(steps), train(batches)):
        print(step, f"{loss:.6f}", flush=True)
    if arguments.save:
        from safetensors.torch import save_file

        save_file(model.state_dict(), arguments.save)


if __name__ == "__main__":
    main()
