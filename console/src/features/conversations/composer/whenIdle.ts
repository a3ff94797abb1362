/** Runs work when nothing else is to be done, and again after a while when it failed (the server restarts, the network is away). Gives back what ends that. */
export function whenIdle(work: () => Promise<void>, again = 3_000): () => void {
  let over = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const attempt = () => {
    if (!over) void work().catch(() => { if (!over) timer = setTimeout(attempt, again) })
  }
  if ('requestIdleCallback' in window) window.requestIdleCallback(attempt, { timeout: 2_000 })
  else timer = setTimeout(attempt, 300)
  return () => {
    over = true
    clearTimeout(timer)
  }
}
