import { expect, it, vi } from 'vitest'
import { whenIdle } from './whenIdle'

it('tries again what failed, and ends with whoever wanted it', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('requestIdleCallback', (work: () => void) => setTimeout(work))
  const work = vi.fn(() => Promise.reject(new Error('away')))
  const stop = whenIdle(work, 100)
  await vi.advanceTimersByTimeAsync(150)
  expect(work).toHaveBeenCalledTimes(2)
  stop()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(work).toHaveBeenCalledTimes(2)
  whenIdle(work)()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(work).toHaveBeenCalledTimes(2)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})
