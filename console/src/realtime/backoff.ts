/** 0.5 s × 2ⁿ with full jitter, at most 30 s. `failures` is 0 for the first wait. */
export function backoff(failures: number, random: () => number = Math.random) {
  return Math.round(random() * Math.min(30_000, 500 * 2 ** Math.min(failures, 10)))
}
