import { expect, it } from 'vitest'
import type { CustomField } from '../workbench'
import { changedFields, filledIn } from './filledIn'

const field = (key: string, of: CustomField['class'] = 'internal', kind: CustomField['kind'] = 'text') =>
  ({ key, class: of, kind, options: [{ id: 'a', label: 'A', archived: false }, { id: 'old', label: 'B', archived: true }] }) as CustomField

it('takes over what the conversation says already, and nothing that may be masked', () => {
  const values = { order: 'QQ1', phone: '138****', other: 'x' }
  expect(filledIn(['order', 'phone', 'reason'], [field('order'), field('phone', 'personal'), field('reason'), field('other')], values)).toEqual({ order: 'QQ1' })
})

it('leaves out what cannot be chosen any more', () => {
  const known = ['one', 'two'].map(key => field(key, 'internal', 'single')).concat(['some', 'none'].map(key => field(key, 'internal', 'multi')))
  expect(filledIn(['one', 'two', 'some', 'none'], known, { one: 'a', two: 'old', some: ['old', 'a'], none: ['gone'] })).toEqual({ one: 'a', some: ['a'] })
})

it('sends what is otherwise than before, and null for what was taken away', () => {
  expect(changedFields({ order: 'QQ1', n: 2, some: ['a'], gone: 'x' }, { order: 'QQ1', n: 3, some: [], gone: undefined, never: [], later: 'y' }))
    .toEqual({ n: 3, some: null, gone: null, later: 'y' })
  expect(changedFields({ some: ['a'] }, { some: ['a'] })).toEqual({})
})
