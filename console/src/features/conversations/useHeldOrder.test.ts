import { effectScope, nextTick, ref, shallowRef } from 'vue'
import { afterEach, describe, expect, it } from 'vitest'
import type { Row } from '@/api/types'
import { longestRise, useHeldOrder } from './useHeldOrder'

let scope = effectScope()
afterEach(() => { scope.stop(); scope = effectScope() })
const rows = (ids: string) => [...ids].map(id => ({ id }) as Row)

function setUp(start: string) {
  const source = shallowRef(rows(start))
  const held = ref(false)
  const view = ref('mine')
  const mine = new Set<string>()
  const list = scope.run(() => useHeldOrder(source, held, view, id => mine.has(id)))
  if (!list) throw new Error('scope ended')
  const text = () => list.shown.value.map(({ row, left }) => (left ? `(${row.id})` : row.id)).join('')
  return { source, held, view, mine, list, text }
}

describe('held order', () => {
  it('follows while nobody points at it', () => {
    const { source, text, list } = setUp('abc')
    source.value = rows('cab')
    expect([text(), list.changed.value]).toEqual(['cab', 0])
  })

  it('keeps places while held, counts what waits, and shows it on release', async () => {
    const { source, held, text, list } = setUp('abcd')
    held.value = true
    source.value = rows('xdab')
    expect([text(), list.changed.value]).toEqual(['ab(c)d', 3])
    list.release()
    expect([text(), list.changed.value]).toEqual(['xdab', 0])
    held.value = false
    await nextTick()
    expect(text()).toBe('xdab')
  })

  it('shows the agent\'s own acts at once', () => {
    const { source, held, mine, text, list } = setUp('abc')
    held.value = true
    mine.add('b')
    source.value = rows('ac')
    expect([text(), list.changed.value]).toEqual(['ac', 0])
  })

  it('pages on at the end', () => {
    const { source, held, text, list } = setUp('ab')
    held.value = true
    source.value = rows('abcd')
    expect([text(), list.changed.value]).toEqual(['abcd', 0])
  })

  it('another view starts afresh', () => {
    const { source, held, view, text } = setUp('ab')
    held.value = true
    view.value = 'all'
    source.value = rows('xyz')
    expect(text()).not.toContain('(x')
  })
})

it('finds the longest rise', () => expect([longestRise([]), longestRise([3, 0, 1, 2]), longestRise([2, 1, 0])]).toEqual([0, 3, 1]))
