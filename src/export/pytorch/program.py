"""A network trained by kilograd, and a program that trains it further in PyTorch.

    python model.py                                      starts from model.safetensors
    torchrun --nproc_per_node 2 model.py                 the same in two processes
    torchrun --nnodes 2 --rdzv_backend c10d --rdzv_endpoint HOST:29500 model.py
                                                         the same on two machines: run it on each

--data names the folder of the four IDX files, unless it is one of DATA. The program needs PyTorch and NumPy.
"""

import argparse
import gzip
import json
import math
import os
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SEED = slot("seed")
EPOCHS = slot("epochs")
BATCH_SIZE = slot("batchSize")
LR = slot("lr")
WEIGHT_DECAY = slot("weightDecay")
MEAN, STD = slot("mean"), slot("std")  # of pixels between 0 and 1
ROTATION, SHIFT, SCALE = slot("rotation"), slot("shift"), slot("scale")  # degrees; fraction of the image; up or down from 1
EARLY_SIZE, EARLY_EPOCHS = slot("earlySize"), slot("earlyEpochs")  # the first epochs see only the middle of the images
CLASSES = slot("classes")
DATA = slot("data")  # folders that may hold the four IDX files


slot("network")


# Files ---------------------------------------------------------------------------------


ELEMENT_TYPES = {"F32": "<f4", "I64": "<i8", "I32": "<i4"}


def read_header(path):
    """The position of the elements, and the entries of the header."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return 8 + length, json.loads(data[8 : 8 + length])


def load_safetensors(path):
    data = Path(path).read_bytes()
    start, header = read_header(path)
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (start + offset for offset in entry["data_offsets"])
            elements = np.frombuffer(data[begin:end], ELEMENT_TYPES[entry["dtype"]])
            tensors[name] = torch.from_numpy(elements.reshape(entry["shape"]).copy())
    return tensors


def save_safetensors(path, tensors, metadata=None):
    kinds = {torch.float32: "F32", torch.int64: "I64", torch.int32: "I32"}
    header, parts, end = {"__metadata__": {"format": "pt", **(metadata or {})}}, [], 0
    for name, tensor in tensors.items():
        kind = kinds[tensor.dtype]
        parts.append(tensor.detach().cpu().numpy().astype(ELEMENT_TYPES[kind]).tobytes())
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [end, end + len(parts[-1])]}
        end += len(parts[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    beside = f"{path}.tmp"
    Path(beside).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))
    os.replace(beside, path)


def find_data(folders):
    name = "train-images-idx3-ubyte"
    found = [folder for folder in folders if any((Path(folder) / (name + end)).exists() for end in ("", ".gz"))]
    if not found:
        raise SystemExit(f"found no {name} in {', '.join(folders)}: give the folder of the four IDX files with --data")
    return found[0]


def read_idx(folder, name):
    """Reads a file of bytes like MNIST's: two zeros, the type 8, the number of axes, their sizes, then the elements."""
    path = next((p for p in (Path(folder) / name, Path(folder) / (name + ".gz")) if p.exists()), None)
    if path is None:
        raise SystemExit(f"{folder} has no file {name} or {name}.gz: give the folder of the four IDX files with --data")
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    sizes = struct.unpack(f">{data[3]}I", data[4 : 4 + 4 * data[3]])
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(sizes).copy())


def read_images(folder, part):
    return read_idx(folder, part + "-images-idx3-ubyte"), read_idx(folder, part + "-labels-idx1-ubyte").long()


# Data ----------------------------------------------------------------------------------


def random_int64(generator):
    return torch.empty((), dtype=torch.int64).random_(generator=generator).item()


def epoch_order(count, generator):
    """The order of an epoch's images, drawn as a DataLoader does, and the seed of their random moves."""
    base = random_int64(generator)
    shuffle = torch.Generator().manual_seed(random_int64(generator))
    return torch.randperm(count, generator=shuffle), base


def scramble(word):
    """A bijection of 32-bit numbers: the final mix of MurmurHash3."""
    word = (word + 0x9E3779B9) & 0xFFFFFFFF
    word = ((word ^ (word >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    word = ((word ^ (word >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return word ^ (word >> 16)


def random_move(base, place, height, width):
    """The inverse affine map for the image at this place in the epoch: a rotation, a shift by whole pixels, and a scale."""
    key = scramble(scramble(base & 0xFFFFFFFF) ^ (base >> 32))
    draws = torch.rand(4, generator=torch.Generator().manual_seed(scramble(key ^ place))).tolist()

    def between(low, high):
        return float(np.float32(draws.pop(0) * np.float32(np.float32(high) - np.float32(low)) + np.float32(low)))

    angle = math.radians(between(-ROTATION, ROTATION))
    right = round(between(-SHIFT * width, SHIFT * width))
    down = round(between(-SHIFT * height, SHIFT * height))
    scale = between(1 - SCALE, 1 + SCALE)
    c, s = math.cos(angle) / scale, math.sin(angle) / scale
    x, y = -(c * right + s * down), -(c * down - s * right)
    # Coordinates in affine_grid run from -1 to 1 along each axis.
    return [[c, s * height / width, 2 * x / width], [-s * width / height, c, 2 * y / height]]


def normalized(images):
    return ((images / 255 - MEAN) / STD).unsqueeze(1)


def moved(images, base, places):
    """Moves each of the images [N,H,W] at random."""
    if ROTATION == SHIFT == SCALE == 0:
        return images
    count, height, width = images.shape
    maps = torch.tensor([random_move(base, place, height, width) for place in places])
    grid = F.affine_grid(maps, [count, 1, height, width], align_corners=False)
    return F.grid_sample(images.unsqueeze(1).float(), grid, align_corners=False).squeeze(1).round()


def middle(images):
    """The middle of images [N,H,W], which is all that the first epochs see."""
    top, left = ((side - EARLY_SIZE) // 2 for side in images.shape[1:])
    return images[:, top : top + EARLY_SIZE, left : left + EARLY_SIZE]


# Training ------------------------------------------------------------------------------

RANK = int(os.environ.get("RANK", 0))  # set by torchrun
WORLD = int(os.environ.get("WORLD_SIZE", 1))
CUDA = torch.cuda.is_available()
DEVICE = torch.device(f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if CUDA else "cpu")


def mean_over_processes(value):
    total = torch.tensor(float(value), dtype=torch.float64, device=DEVICE)
    if WORLD > 1:
        torch.distributed.all_reduce(total)
    return total.item() / WORLD


def say(line):
    if RANK == 0:
        print(line, flush=True)


@torch.no_grad()
def evaluate(model, images, labels, order):
    """The average loss and the number of correct answers. Each process tests its share of the images."""
    model.eval()
    loss = correct = 0
    for places in order[RANK::WORLD].split(500):
        output = model(normalized(images[places]).to(DEVICE))
        target = labels[places].to(DEVICE)
        loss += slot("loss")(output, target, reduction="sum").item()
        correct += (output.argmax(1) == target).sum().item()
    return WORLD * mean_over_processes(loss) / len(images), round(WORLD * mean_over_processes(correct))


def train(options):
    torch.manual_seed(SEED)
    network = slot("className")()
    shuffles = torch.Generator()
    shuffles.set_state(torch.get_rng_state())  # of their own: dropout draws from the default generator
    network.load_state_dict(load_safetensors(options.weights))
    metadata = read_header(options.weights)[1].get("__metadata__", {})
    network.to(DEVICE)
    model = nn.parallel.DistributedDataParallel(network) if WORLD > 1 else network
    data = options.data or find_data(DATA)
    images, labels = read_images(data, "train")
    tests = read_images(data, "t10k")
    epochs, batches = options.epochs, math.ceil(len(images) / BATCH_SIZE)
    parameters = network.parameters()
    optimizer = slot("optimizer")
    schedule = slot("schedule")
    step = 0
    for epoch in range(1, epochs + 1):
        model.train()
        order, base = epoch_order(len(images), shuffles)
        losses = 0.0
        for start in range(0, len(images), BATCH_SIZE):
            places = torch.arange(start, min(start + BATCH_SIZE, len(images)))
            if len(places) < WORLD:
                continue  # the last batch is too small for all processes to have a share
            share = places[RANK::WORLD]
            chosen = order[share]
            shown = moved(images[chosen], base, share.tolist())
            if epoch <= min(EARLY_EPOCHS, epochs - 1):
                shown = middle(shown)
            batch = normalized(shown).to(DEVICE)
            optimizer.zero_grad()
            # The gradients of the processes are averaged, which makes this the mean over the whole batch.
            loss = slot("loss")(model(batch), labels[chosen].to(DEVICE), reduction="sum") * WORLD / len(places)
            loss.backward()
            optimizer.step()
            slot("after each step")
            losses += loss.item()
            step += 1
            if step <= options.print_steps:
                say(f"step {step} loss {mean_over_processes(loss.item()):.7f}")
            if step == options.steps:
                return
        order, _ = epoch_order(len(tests[0]), shuffles)
        if WORLD > 1:
            for buffer in network.buffers():
                torch.distributed.broadcast(buffer, 0)  # all processes test with the running statistics that are saved
        test_loss, correct = evaluate(network, *tests, order)
        slot("after each epoch")
        say(f"Epoch {epoch}: average training loss {mean_over_processes(losses / batches):.4f}")
        percent = 100 * correct / len(tests[0])
        say(f"Test set: Average loss: {test_loss:.4f}, Accuracy: {correct}/{len(tests[0])} ({percent:.1f}%)")
        if RANK == 0:
            trained = {"epoch": str(int(metadata.get("epoch", 0)) + epoch), "accuracy": f"{correct}/{len(tests[0])}"}
            save_safetensors(options.out, network.state_dict(), {**metadata, **trained})


def main():
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description="Trains the exported network further.")
    parser.add_argument("--data", help="the folder of the four IDX files, plain or .gz; default: " + " or ".join(DATA))
    parser.add_argument("--weights", default=here / "model.safetensors")
    parser.add_argument("--out", default=here / "trained.safetensors", help="written after each epoch")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--steps", type=int, help="stop after this many steps")
    parser.add_argument("--print-steps", type=int, default=0, help="print the loss of this many steps")
    options = parser.parse_args()
    if CUDA:
        torch.cuda.set_device(DEVICE)
    if WORLD > 1:
        torch.distributed.init_process_group("nccl" if CUDA else "gloo")
    try:
        train(options)
    finally:
        if WORLD > 1:
            torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
