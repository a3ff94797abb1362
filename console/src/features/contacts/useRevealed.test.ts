import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Contact } from './source'
import { useRevealed } from './useRevealed'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())
const one = (id: string, name: string) => ({ id, name }) as Contact

it('hides again in time, and with another contact', async () => {
  const contact = ref(one('a', 'J***'))
  const scope = effectScope()
  const revealed = scope.run(() => useRevealed(() => contact.value))!
  revealed.show(one('a', 'John'), new Date(Date.now() + 1000))
  expect(revealed.view.value.name).toBe('John')
  vi.advanceTimersByTime(1001)
  expect(revealed.view.value.name).toBe('J***')
  revealed.show(one('a', 'John'), new Date(Date.now() + 1000))
  contact.value = one('b', 'M***')
  await vi.advanceTimersByTimeAsync(0)
  expect(revealed.view.value.name).toBe('M***')
  scope.stop()
})
