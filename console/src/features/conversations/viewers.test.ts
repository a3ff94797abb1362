import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createViewers } from './viewers'

const frame = (id: string, on = true, conversation = 'c1') => ({ event: 'viewing' as const, conversation, data: { id, name: id.toUpperCase(), on } })
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('says what is looked at, again to newcomers, and that it is over', () => {
  const said: [string, boolean][] = []
  const viewers = createViewers((id, on) => said.push([id, on]), () => true)
  viewers.look('c1')
  viewers.heard(frame('li'), 'me')
  viewers.heard(frame('li'), 'me')
  viewers.heard(frame('me'), 'me')
  viewers.heard(frame('wu', true, 'c2'), 'me')
  expect(viewers.others.value).toEqual([{ id: 'li', name: 'LI' }])
  vi.advanceTimersByTime(25_000)
  viewers.look('c2')
  expect(said).toEqual([['c1', true], ['c1', true], ['c1', true], ['c1', false], ['c2', true]])
  expect(viewers.others.value).toEqual([])
})

it('forgets who says nothing any more, and who says goodbye', () => {
  const viewers = createViewers(() => undefined, () => true)
  viewers.look('c1')
  viewers.heard(frame('li'), 'me')
  viewers.heard(frame('wu'), 'me')
  viewers.heard(frame('wu', false), 'me')
  expect(viewers.others.value.map(one => one.id)).toEqual(['li'])
  vi.advanceTimersByTime(60_001)
  expect(viewers.others.value).toEqual([])
})

it('says nothing while nobody looks', () => {
  const said: boolean[] = []
  const viewers = createViewers((_, on) => said.push(on), () => false)
  viewers.look('c1')
  vi.advanceTimersByTime(60_000)
  expect(said).toEqual([])
})
