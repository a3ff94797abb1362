/** 0.5 s × 2ⁿ, at most 30 s, with full jitter: a thousand widgets that lost one server must not come back as one. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(30_000, 500 * 2 ** Math.min(attempt, 10)))
}
