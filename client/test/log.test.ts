import { expect, it } from 'vitest'
import { apply, applyPage, emptyLog, unreadIn } from '../src/log'
import type { Item } from '../src/types'

const said = (seq: number, prev = seq - 1, direction: 'in' | 'out' = 'out'): Item => ({ id: `c.${seq}`, seq, prev, kind: 'message', at: '', direction, text: String(seq) })

it('applies what follows, ignores what is known, and sees a gap', () => {
  const one = apply(emptyLog, said(1))
  if (one === 'gap') throw new Error('no gap here')
  expect(apply(one, said(1))).toBe(one)
  expect(apply(one, said(4, 3))).toBe('gap')
  const four = apply(one, said(4, 1)) // notes take numbers that customers never see
  expect(four).not.toBe('gap')
})

it('fills a gap with a page and doubles nothing', () => {
  const log = applyPage(applyPage(emptyLog, [said(1), said(2)], 2), [said(2), said(3)], 3)
  expect(log.items.map(item => item.seq)).toEqual([1, 2, 3])
})

it('counts what the firm said since', () => {
  const log = applyPage(emptyLog, [said(1, 0, 'in'), said(2), said(3)], 3)
  expect([unreadIn(log, 0), unreadIn(log, 2), unreadIn(log, 3)]).toEqual([2, 1, 0])
})
