import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useRested } from './rested'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('follows what has stayed for a moment, and nothing that was only passed', () => {
  const scope = effectScope()
  const at = ref('a')
  const seen: string[] = []
  const rested = scope.run(() => useRested(() => at.value, 250))!
  const look = () => { if (seen.at(-1) !== rested.value) seen.push(rested.value) }
  look()
  for (const next of ['b', 'c', 'd']) {
    at.value = next
    vi.advanceTimersByTime(200)
    look()
  }
  vi.advanceTimersByTime(60)
  look()
  expect(seen).toEqual(['a', 'd'])
  at.value = 'e'
  scope.stop()
  vi.advanceTimersByTime(1000)
  expect(rested.value).toBe('d')
})
