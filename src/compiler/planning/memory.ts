/**
 * Where each buffer is in memory. A buffer that is written and read only within one stage, image by image, gets room
 * for one image in each thread's scratch memory, which stays in the cache. Kept results lie in the program's own
 * memory. Every other buffer gets a place in the arena, which it shares with buffers that are not alive at the same
 * time.
 */
import { momentOf } from "./phase.js";
import { aligned, outerStride, type Schedule, type Use } from "./schedule.js";
import type { Buffer } from "../../kernels/views.js";

interface Interval {
  readonly bytes: number;
  /** The first and the last moment of use. */
  readonly from: number;
  readonly to: number;
}

const always = { from: -Infinity, to: Infinity };

/** Buffers start on a cache line. */
const line = 64;
/** Room for a vector beyond the end. */
const slack = 16;

/** Buffers that mean something outside the program. */
interface Given {
  /** The contents of variables, and the places of their new contents. */
  readonly slots: readonly Buffer[];
  readonly inputs: readonly Buffer[];
  readonly constants: readonly Buffer[];
  readonly outputs: readonly Buffer[];
}

/** Gives each buffer of a schedule its place, and returns how much memory that takes. */
export function placeBuffers(
  schedule: Schedule,
  { slots, inputs, constants, outputs }: Given,
): { arenaBytes: number; scratchBytes: number; ownBytes: number } {
  slots.forEach((buffer, slot) => (buffer.place = { kind: "slot", slot }));
  const arena = new Packer();
  const own = new Packer();
  for (const buffer of constants)
    buffer.place = { kind: "own", at: own.place({ bytes: 4 * buffer.elements, ...always }) };
  const scratch = new Map<number, Packer>();
  for (const buffer of buffersOf(schedule, inputs)) {
    if (buffer.place) continue;
    const uses = schedule.usesOf(buffer);
    if (uses.some((use) => use.placed.phase.kind === "kept")) {
      buffer.place = { kind: "own", at: own.place(keptInterval(buffer, uses, outputs.includes(buffer))) };
      continue;
    }
    const image = inputs.includes(buffer) || outputs.includes(buffer) ? undefined : imageOf(schedule, buffer);
    if (image) {
      let packer = scratch.get(image.stage);
      if (!packer) scratch.set(image.stage, (packer = new Packer()));
      const orders = uses.map((use) => use.placed.order);
      const at = packer.place({ bytes: 4 * image.elements, from: Math.min(...orders), to: Math.max(...orders) });
      buffer.place = { kind: "scratch", at };
    } else {
      const moments = uses.map((use) => momentOf(use.placed.phase));
      const from = inputs.includes(buffer) ? -Infinity : Math.min(...moments);
      const to = outputs.includes(buffer) ? Infinity : Math.max(...moments);
      buffer.place = { kind: "arena", at: arena.place({ bytes: 4 * buffer.elements, from, to }) };
    }
  }
  const scratchBytes = Math.max(0, ...[...scratch.values()].map((packer) => packer.size));
  return { arenaBytes: arena.size, scratchBytes, ownBytes: own.size };
}

/** A buffer that only kept kernels use may be overwritten when the last of them is done. */
function keptInterval(buffer: Buffer, uses: readonly Use[], isOutput: boolean): Interval {
  const orders = uses.map(({ placed }) => placed.order);
  const forKept = !isOutput && uses.every(({ placed }) => placed.phase.kind === "kept");
  return { bytes: 4 * buffer.elements, from: Math.min(...orders), to: forKept ? Math.max(...orders) : Infinity };
}

function buffersOf(schedule: Schedule, inputs: readonly Buffer[]): Set<Buffer> {
  const used = schedule.placed.flatMap(({ kernel }) =>
    [...kernel.reads, ...kernel.writes].map((access) => access.view.buffer),
  );
  return new Set([...inputs, ...used]);
}

/**
 * How large an image of the buffer is, if all uses are in one parallel phase and each call touches only its own image.
 */
function imageOf(schedule: Schedule, buffer: Buffer): { stage: number; elements: number } | undefined {
  const uses = schedule.usesOf(buffer);
  const [first] = uses;
  if (first?.placed.phase.kind !== "parallel") return undefined;
  const elements = outerStride(first.access);
  const { stage } = first.placed.phase;
  const together = uses.every(
    ({ placed: { phase, kernel }, access }) =>
      phase.kind === "parallel" &&
      phase.stage === stage &&
      aligned(first.access, access, first.placed.kernel.extent, kernel.extent),
  );
  return together && elements !== undefined ? { stage, elements } : undefined;
}

/** Packs intervals into one stretch of memory: each gets the lowest place that is free for the whole interval. */
class Packer {
  /** The intervals that have a place, lowest first. */
  private readonly taken: (Interval & { at: number })[] = [];
  size = 0;

  place(interval: Interval): number {
    const bytes = Math.ceil((interval.bytes + slack) / line) * line;
    let at = 0;
    for (const other of this.taken) {
      if (other.to < interval.from || interval.to < other.from) continue;
      if (at + bytes <= other.at) break;
      at = Math.max(at, other.at + other.bytes);
    }
    const before = this.taken.findLastIndex((other) => other.at <= at);
    this.taken.splice(before + 1, 0, { ...interval, bytes, at });
    this.size = Math.max(this.size, at + bytes);
    return at;
  }
}
