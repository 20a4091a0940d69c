/** The bars that are open on a terminal, one below the other. */

/** A bar, as far as its line is concerned. */
interface Bar {
  readonly position: number;
}

/** A bar that its program has forgotten to close gives up its line when it is collected. */
const bars = new WeakMap<object, Set<WeakRef<Bar>>>();

/** Takes the first free line for a bar, or the one that it asks for. */
export function takeLine(stream: object, bar: Bar, wanted: number | undefined): number {
  const others = openOn(stream);
  const taken = new Set(others.map((other) => other.position));
  const free = [...taken, -1].map((line) => line + 1).filter((line) => !taken.has(line));
  bars.set(stream, new Set([...others, bar].map((one) => new WeakRef(one))));
  return wanted ?? Math.min(...free);
}

export function giveUpLine(stream: object, bar: Bar): void {
  const others = openOn(stream).filter((other) => other !== bar);
  bars.set(stream, new Set(others.map((other) => new WeakRef(other))));
}

function openOn(stream: object): Bar[] {
  return [...(bars.get(stream) ?? [])].flatMap((one) => one.deref() ?? []);
}
