import { expect, it } from 'vitest'
import { kept } from './kept'

it('what was changed in the form stays when the record comes anew', () => {
  const before = { enabled: false, menu: ['a'], name: 'x' }
  expect(kept({ enabled: true, menu: ['a'], name: 'x' }, before, { enabled: false, menu: ['a', 'b'], name: 'y' })).toEqual({ enabled: true, menu: ['a', 'b'], name: 'y' })
  expect(kept({ enabled: true, menu: [], name: '' }, undefined, before)).toEqual(before)
  expect(kept(before, before, before).menu).not.toBe(before.menu)
})
