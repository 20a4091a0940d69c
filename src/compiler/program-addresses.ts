/** Where a program's kernels find their operands: addresses as expressions of the module's globals. */
import type { Access, Addressing } from "../kernels/kernel.js";
import type { Place } from "../kernels/views.js";
import { v, type Expr, type Local } from "../wasm/expressions.js";

export class ProgramAddresses implements Addressing {
  /** The words of all tables so far. */
  readonly words: number[] = [];
  private readonly known = new Map<string, number>();

  /** @param tablesAt where the tables start in the program's own memory */
  constructor(private readonly tablesAt: number) {}

  pointer({ view, outerAxis }: Access, n: Local): Expr {
    const place = view.buffer.place;
    if (!place) throw new Error(`${view.buffer.name} has no place in memory`);
    const stride = outerAxis === undefined ? 0 : view.strides[outerAxis]!;
    const start = add(base(place), 4 * view.offset);
    return place.kind === "scratch" || stride === 0 ? start : v.n.add(start, v.n.scale(n, 4 * stride));
  }

  /** Equal tables are stored once, even if a kernel is written a second time to be printed. */
  table(values: Int32Array): Expr {
    const key = values.join();
    let at = this.known.get(key);
    if (at === undefined) {
      at = this.tablesAt + 4 * this.words.length;
      this.known.set(key, at);
      this.words.push(...values);
    }
    return add(v.global("own"), at);
  }
}

function base(place: Place): Expr {
  if (place.kind === "slot") return v.load(v.global("slots"), 4 * place.slot, "i32");
  return add(v.global(place.kind), place.at);
}

/** An address so many bytes further on. */
export function add(address: Expr, bytes: number): Expr {
  return bytes === 0 ? address : v.n.add(address, v.int(bytes));
}
