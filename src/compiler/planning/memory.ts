/**
 * Where every buffer lies. What is written and read only within one stage, image by image, gets a place in each
 * thread's scratch memory, one image large, which stays in the cache. What is kept lies in the program's own memory.
 * Everything else gets a place in the arena, shared with buffers that are not alive at the same time.
 */
import { momentOf } from "./phase.js";
import { aligned, outerStride, type Schedule, type Use } from "./schedule.js";
import type { Buffer } from "../../kernels/views.js";

interface Interval {
  readonly bytes: number;
  /** First and last moment of use, both included. */
  readonly from: number;
  readonly to: number;
}

const always = { from: -Infinity, to: Infinity };

/** Buffers start on a cache line. */
const line = 64;
/** Room for a vector past the end. */
const slack = 16;

/** Buffers that have a meaning outside of the program. */
interface Given {
  /** Variables' contents, and places of their new ones. */
  readonly slots: readonly Buffer[];
  readonly inputs: readonly Buffer[];
  readonly constants: readonly Buffer[];
  readonly outputs: readonly Buffer[];
}

/** Gives every buffer of a schedule its place; the sizes of the memory that this takes. */
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

/** What only kept kernels use may be overwritten when the last of them is done. */
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

/** How large one image of the buffer is, if all its uses are in one stage and each touches only its own image. */
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

/** Packs intervals into one stretch of memory: each at the lowest place that is free for its whole time. */
class Packer {
  /** What has a place, the lowest first. */
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
    const behind = this.taken.findIndex((other) => other.at > at);
    this.taken.splice(behind < 0 ? this.taken.length : behind, 0, { ...interval, bytes, at });
    this.size = Math.max(this.size, at + bytes);
    return at;
  }
}
