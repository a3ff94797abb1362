import { expect, it } from 'vitest'
import { frameOf, readPeople, written } from './source'

it('reads addresses as people type them', () => {
  expect(readPeople('Ann <ann@x.test>, b@y.test；"Li, no" <c@z.test>')).toBeNull() // a comma in a name is for programs
  expect(readPeople('Ann <ann@x.test>, b@y.test；王芳 <wang@z.test>')).toEqual([{ address: 'ann@x.test', name: 'Ann' }, { address: 'b@y.test' }, { address: 'wang@z.test', name: '王芳' }])
  expect(readPeople('')).toEqual([])
  for (const wrong of ['ann', 'ann@', 'a b@x.test', '<ann@x.test', 'ann@x']) expect(readPeople(wrong), wrong).toBeNull()
})

it('writes people, and asks for pictures only when told', () => {
  expect(written({ address: 'a@x.test', name: 'A' })).toBe('A <a@x.test>')
  expect(written({ address: null, name: null })).toBe('')
  expect(frameOf('c1', 3, false)).toBe('/api/v1/conversations/c1/mails/3/html')
  expect(frameOf('c1', 3, true)).toContain('remote=true')
})
