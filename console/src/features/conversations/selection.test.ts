import { nextTick, ref } from 'vue'
import { expect, it } from 'vitest'
import { ranged, toggled, useSelection } from './selection'

const order = ['a', 'b', 'c', 'd', 'e']
const sorted = (ids: ReadonlySet<string>) => [...ids].sort().join('')

it('picks and drops one', () => {
  expect(sorted(toggled(new Set(['a']), 'b'))).toBe('ab')
  expect(sorted(toggled(new Set(['a', 'b']), 'a'))).toBe('b')
})

it('picks a range in either direction and keeps what was picked', () => {
  expect(sorted(ranged(new Set(['a']), order, 'c', 'e'))).toBe('acde')
  expect(sorted(ranged(new Set(), order, 'd', 'b'))).toBe('bcd')
  expect(sorted(ranged(new Set(), order, null, 'b'))).toBe('b')
  expect(sorted(ranged(new Set(['a']), order, 'a', 'gone'))).toBe('a')
})

it('begins anew in another list, and with one when everything was picked', async () => {
  const scope = ref('mine')
  const selection = useSelection(scope)
  selection.pick('b', false, order)
  selection.pick('d', true, order)
  expect(sorted(selection.ids.value)).toBe('bcd')
  selection.pickAll()
  expect(selection.has('z')).toBe(true)
  selection.pick('c', false, order)
  expect([sorted(selection.ids.value), selection.all.value]).toEqual(['c', false])
  scope.value = 'all'
  await nextTick()
  expect(selection.any.value).toBe(false)
})
