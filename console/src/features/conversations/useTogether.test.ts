import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useTogether } from './useTogether'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('shows the cards together when what they ask for has come, and does not wait for a slow one for ever', () => {
  const scope = effectScope()
  const [id, asking] = [ref('a'), ref(3)]
  const shown = scope.run(() => useTogether(() => id.value, () => asking.value, 1000))!
  vi.advanceTimersByTime(400)
  expect(shown.value).toBe('')
  asking.value = 0
  vi.advanceTimersByTime(50)
  expect(shown.value).toBe('a')
  asking.value = 1
  id.value = 'b'
  vi.advanceTimersByTime(900)
  expect(shown.value).toBe('a')
  id.value = 'c' // walked on: 'b' is nobody's business any more
  vi.advanceTimersByTime(900)
  expect(shown.value).toBe('a')
  vi.advanceTimersByTime(200)
  expect(shown.value).toBe('c')
  id.value = 'd'
  scope.stop()
  vi.advanceTimersByTime(5000)
  expect(shown.value).toBe('c')
})
