/** Runs work when nothing else is to be done, and again after a while when it failed (the server restarts, the network is away). */
export function whenIdle(work: () => Promise<void>, again = 3_000) {
  const attempt = () => void work().catch(() => setTimeout(attempt, again))
  if ('requestIdleCallback' in window) window.requestIdleCallback(attempt, { timeout: 2_000 })
  else setTimeout(attempt, 300)
}
