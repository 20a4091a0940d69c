/**
 * The clock of a profiled program: `mark(i)` says that from now on the thread does what mark i stands for, and adds
 * the time since the mark before to that one's sum. Plain enough to be started from its text in a helper thread.
 *
 * @param sums milliseconds by mark
 */
export function makeClock(sums: Float64Array): (mark: number) => void {
  let last = -1;
  let since = 0;
  return (mark) => {
    const now = performance.now();
    if (last >= 0) sums[last]! += now - since;
    last = mark;
    since = now;
  };
}
