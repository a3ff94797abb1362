import { expect, test } from 'vitest'
import { isAtWork, kindsOf, namesSomebody, planOf, targetsFor } from './plan'
import type { ImportView } from './source'

const view = { format: { encoding: 'utf-8', delimiter: ',', hasHeader: true }, columns: [{ heading: '姓名', samples: [], guess: 'name' }, { heading: 'x', samples: [], guess: 'ignore' }], plan: null, state: 'draft', undo: null } as unknown as ImportView

test('a plan begins with what the columns seem to hold, and later with what was asked', () => {
  expect(planOf(view).columns).toEqual(['name', 'ignore'])
  const asked = { ...planOf(view), columns: ['name', 'tags'], existing: 'skip' as const }
  expect(planOf({ ...view, plan: asked })).toBe(asked)
  expect(planOf({ ...view, plan: { ...asked, columns: ['name'] } }).columns).toEqual(['name', 'ignore'])
})

test('what only one column can hold is not offered to another', () => {
  const columns = ['name', 'identity:phone', 'field:level']
  const offered = targetsFor(1, columns, [{ key: 'level' }, { key: 'birthday' }])
  expect(offered).not.toContain('name')
  expect(offered).not.toContain('field:level')
  expect(offered).toEqual(expect.arrayContaining(['identity:phone', 'identity:email', 'field:birthday', 'consent:marketing', 'tags', 'ignore']))
  expect(targetsFor(0, columns, [])).toContain('name')
  expect(targetsFor(0, ['identity:passport'], [])).toContain('identity:passport')
})

test('kinds and whether anybody is named', () => {
  expect(kindsOf(['identity:email', 'name', 'identity:email', 'identity:crm'])).toEqual(['email', 'crm'])
  expect(namesSomebody(['tags', 'ignore'])).toBe(false)
  expect(namesSomebody(['identity:email'])).toBe(true)
})

test('what is at work is asked for again and again', () => {
  expect(isAtWork({ ...view, state: 'running' })).toBe(true)
  expect(isAtWork({ ...view, state: 'done', undo: { state: 'waiting', undone: 0, notUndone: 0 } })).toBe(true)
  expect(isAtWork({ ...view, state: 'done' })).toBe(false)
})
