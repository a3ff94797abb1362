import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Problem } from '@/api/client'
import { isMoving, useBulk } from './useBulk'
import type { BulkRun, BulkSource } from './useBulk'

const run = (state: BulkRun['state'], changed = 0): BulkRun => ({ id: 'b', state, total: 10, changed, unchanged: 0, failed: 0 })
beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => vi.useRealTimers())

it('asks until it is done, through a bad connection too', async () => {
  const show = vi.fn()
    .mockResolvedValueOnce(run('running', 5))
    .mockRejectedValueOnce(new Problem(0, 'offline', null))
    .mockResolvedValueOnce(run('done', 10))
  const bulk = useBulk()
  bulk.follow({ show } as unknown as BulkSource, run('waiting'))
  expect(bulk.busy).toBe(true)
  await vi.advanceTimersByTimeAsync(500)
  expect(bulk.run?.changed).toBe(5)
  await vi.advanceTimersByTimeAsync(10_000)
  expect([bulk.run?.state, bulk.busy, show.mock.calls.length]).toEqual(['done', false, 3])
})

it('forgets what was dismissed, whatever is still on its way', async () => {
  const bulk = useBulk()
  bulk.follow({ show: () => Promise.resolve(run('done')) } as unknown as BulkSource, run('running'))
  bulk.dismiss()
  await vi.advanceTimersByTimeAsync(5000)
  expect(bulk.run).toBeNull()
})

it('moves again while it is undone', () => {
  expect(isMoving(run('done'))).toBe(false)
  expect(isMoving({ ...run('done'), undo: { state: 'running', undone: 1, notUndone: 0 } })).toBe(true)
  expect(isMoving({ ...run('cancelled'), undo: { state: 'done', undone: 1, notUndone: 0 } })).toBe(false)
})
