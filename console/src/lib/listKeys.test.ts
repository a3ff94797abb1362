import { nextTick, shallowRef } from 'vue'
import { expect, it, vi } from 'vitest'
import { useListKeys } from './listKeys'

const press = (key: string) => new KeyboardEvent('keydown', { key, cancelable: true })

it('walks round, chooses, and leaves other keys alone', () => {
  const chosen = vi.fn()
  const { at, key } = useListKeys(() => ['a', 'b', 'c'], chosen)
  expect(key(press('ArrowUp'))).toBe(true)
  expect(at.value).toBe(2)
  key(press('ArrowDown'))
  key(press('ArrowDown'))
  expect(at.value).toBe(1)
  const enter = press('Enter')
  expect(key(enter)).toBe(true)
  expect(enter.defaultPrevented).toBe(true)
  expect(chosen).toHaveBeenCalledExactlyOnceWith('b')
  const letter = press('x')
  expect(key(letter)).toBe(false)
  expect(letter.defaultPrevented).toBe(false)
})

it('begins at the top when other things are offered, and takes no key when nothing is', async () => {
  const offers = shallowRef(['a', 'b'])
  const { at, key } = useListKeys(() => offers.value, () => {})
  key(press('ArrowDown'))
  offers.value = ['c', 'd']
  await nextTick()
  expect(at.value).toBe(0)
  offers.value = []
  await nextTick()
  expect(key(press('Enter'))).toBe(false)
})
