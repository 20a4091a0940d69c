/** The bars that are open on a terminal, one below the other. */
import type { ProgressBar, ProgressStream } from "./progress.js";

/** A bar that its program has forgotten to close gives up its line when it is collected. */
const bars = new WeakMap<ProgressStream, Set<WeakRef<ProgressBar>>>();

/** Takes the first free line for a bar, or the one that it asks for. */
export function takeLine(stream: ProgressStream, bar: ProgressBar, wanted: number | undefined): number {
  const others = openOn(stream);
  const taken = new Set(others.map((other) => other.position));
  const free = [...taken, -1].map((line) => line + 1).filter((line) => !taken.has(line));
  bars.set(stream, new Set([...others, bar].map((one) => new WeakRef(one))));
  return wanted ?? Math.min(...free);
}

export function giveUpLine(stream: ProgressStream, bar: ProgressBar): void {
  const others = openOn(stream).filter((other) => other !== bar);
  bars.set(stream, new Set(others.map((other) => new WeakRef(other))));
}

function openOn(stream: ProgressStream): ProgressBar[] {
  return [...(bars.get(stream) ?? [])].flatMap((one) => one.deref() ?? []);
}
