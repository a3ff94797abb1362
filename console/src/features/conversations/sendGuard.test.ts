import { expect, it } from 'vitest'
import type { Item } from '@/api/types'
import { newerThan } from './sendGuard'

const says = (seq: number, kind: 'contact' | 'agent' | 'bot', id: string, note = false) =>
  ({ seq, kind: note ? 'note' : 'message', direction: kind === 'contact' ? 'in' : 'out', sender: { kind, id, name: id }, text: '' }) as unknown as Item
const log = [says(1, 'contact', 'hu'), says(2, 'agent', 'me'), says(3, 'agent', 'lin'), says(4, 'agent', 'lin', true), says(5, 'contact', 'hu')]
const seq = (begun: number, seen: number) => newerThan(log, { begun, seen }, 'me')?.seq ?? null

it('asks about what a colleague said since the reply was begun, seen or not', () => {
  expect(seq(2, 9)).toBe(3)
  expect(seq(3, 9)).toBeNull()
})
it("asks about the customer's words only while they have not been on the screen", () => {
  expect(seq(5, 4)).toBe(5)
  expect(seq(5, 5)).toBeNull()
})
it('never asks about notes or one’s own words', () => expect(newerThan(log.slice(1, 2), { begun: 0, seen: 0 }, 'me')).toBeNull())
