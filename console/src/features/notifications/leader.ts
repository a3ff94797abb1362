/**
 * Runs the work in one tab of this browser at a time; when that tab goes, another takes over. By the browser's own locks: heartbeats
 * would die in a tab that the browser has put to sleep. Without locks (plain HTTP) every tab works.
 */
export function lead(name: string, work: (signal: AbortSignal) => void): () => void {
  const end = new AbortController()
  if (navigator.locks) {
    void navigator.locks.request(name, { signal: end.signal }, () => new Promise<void>(resolve => {
      end.signal.addEventListener('abort', () => resolve(), { once: true })
      work(end.signal)
    })).catch(() => undefined) // stopped while it waited
  } else work(end.signal)
  return () => end.abort()
}
