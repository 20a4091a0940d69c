/** The bar that a command shows while one waits for its output. It goes to standard error, and only on a terminal. */
import { tqdm, type ProgressStream } from "../entries/index.js";

/** Options of a bar that is shown only on a terminal, and removed in the end. */
export const waiting = { leave: false, disable: null } as const;

/** Shows a bar while something is iterated over, and removes it afterwards. */
export function waitingBar(desc: string, stream: ProgressStream) {
  return <T>(iterable: Iterable<T>, total?: number): Iterable<T> =>
    tqdm(iterable, { desc, stream, ...waiting, ...(total === undefined ? {} : { total }) });
}
