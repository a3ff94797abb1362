import { describe, expect, it } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import type { Item, MessageItem, Row } from '@/api/types'
import type { ListState } from '@/realtime'
import { createDrafts } from './drafts'
import { belongs, withPatch } from './overlay'
import { timelineOf } from './timeline'
import { firstUnread } from './useConversation'
import { countUnread } from './useUnreadCount'
import { useWindow } from './useWindow'

const noon = new Date(2026, 10, 22, 12).getTime()
let seq = 0
function message(minute: number, over: Partial<MessageItem> = {}): MessageItem {
  seq++
  return { id: `V.${seq}`, conversationId: 'V', seq, prev: seq - 1, at: new Date(noon + minute * 60_000).toISOString(), kind: 'message', direction: 'in', sender: { kind: 'contact', id: 'K', name: null }, text: 'x', ...over }
}
const read = (upTo: number): Item => ({ ...message(0), kind: 'event', event: { type: 'read', by: 'contact', upTo } } as unknown as Item)
const known = (items: Item[]) => ({ items, hasOlder: false, head: { contactReadSeq: 0 } as never })
const kinds = (items: Item[], unread: number | null = null) => timelineOf(known(items), unread, []).map(line => (line.kind === 'message' && line.joined ? 'joined' : line.kind))

describe('timeline', () => {
  it('separates days and joins what one person writes in one go', () => {
    expect(kinds([message(0), message(1), message(10), message(24 * 60)])).toEqual(['day', 'message', 'joined', 'message', 'day', 'message'])
  })

  it('leaves receipts out and draws the unread line', () => {
    const items = [message(0), read(1), message(1)]
    expect(kinds(items, (items[2] as Item).seq)).toEqual(['day', 'message', 'unread', 'message'])
  })

  it('says once that somebody took the conversation, but tells of a status that was set by itself', () => {
    const event = (minute: number, what: unknown): Item => ({ ...message(minute), kind: 'event', event: what } as unknown as Item)
    const took = event(1, { type: 'assigned', from: null, to: { id: 'A', name: '林晓' } })
    const opened = event(1, { type: 'status', from: 'queued', to: 'open' })
    expect(kinds([took, opened])).toEqual(['day', 'event'])
    expect(kinds([took, event(2, { type: 'status', from: 'open', to: 'pending' })])).toEqual(['day', 'event', 'event'])
  })

  it('shows what is under way once, also when the push overtakes the answer', () => {
    const entry = { clientId: 'c1', conversationId: 'V', text: 'x', private: false, at: '', state: 'queued' as const }
    const stored = message(0, { clientId: 'c1', direction: 'out' })
    expect(timelineOf(known([]), null, [entry])).toMatchObject([{ kind: 'waiting', key: 'c-c1' }])
    expect(timelineOf(known([stored]), null, [entry]).slice(1)).toMatchObject([{ kind: 'message', key: 'c-c1' }])
  })

  it('keeps an event of a newer server out of the way', () => {
    const strange = { ...message(0), kind: 'event', event: { type: 'merged' } } as unknown as Item
    expect(kinds([strange])).toEqual([])
  })
})

it('finds the first unread message of the customer', () => {
  const items = [message(0), message(1, { direction: 'out' }), message(2)]
  expect(firstUnread(items, (items[0] as Item).seq)).toBe((items[2] as Item).seq)
  expect(firstUnread(items, (items[2] as Item).seq)).toBeNull()
})

it('drafts are kept for each conversation and mode, and an empty one leaves nothing behind', () => {
  const values = new Map<string, string>()
  const store = { read: (key: string) => values.get(key) ?? null, write: (key: string, value: string | null) => void (value === null ? values.delete(key) : values.set(key, value)), keys: () => [...values.keys()] }
  const drafts = createDrafts(store, 'A1')
  drafts.set('V', 'reply', 'hello')
  drafts.set('V', 'note', 'secret')
  expect([drafts.get('V', 'reply'), drafts.get('V', 'note'), drafts.get('W', 'reply')]).toEqual(['hello', 'secret', ''])
  expect(createDrafts(store, 'A1').get('V', 'note')).toBe('secret')
  drafts.set('V', 'note', '')
  drafts.set('V', 'reply', '')
  expect(values.size).toBe(0)
  drafts.heard('queqiao.draft:A1:V:reply', 'from the other tab')
  expect(drafts.get('V', 'reply')).toBe('from the other tab')
})

it('an optimistic change gives way to the server\'s newer word', () => {
  const row = { status: 'open' as const, assignee: null }
  expect(withPatch(row, 4, { status: 'resolved', seq: null }).status).toBe('resolved')
  expect(withPatch(row, 4, { status: 'resolved', seq: 5 }).status).toBe('resolved')
  expect(withPatch(row, 5, { status: 'resolved', seq: 5 }).status).toBe('open')
  expect((['mine', 'unassigned', 'all', 'resolved'] as const).filter(view => belongs(row, view, 'A1'))).toEqual(['unassigned', 'all'])
})

it('counts my unread conversations once', () => {
  const row = (id: string, seqNow: number, unread: number, who = 'A1') => ({ id, seq: seqNow, unread, status: 'open', assignee: { id: who, name: '' } }) as Row
  const list = (view: string, rows: Row[], gone = {}) => ({ view, rows: Object.fromEntries(rows.map(item => [item.id, item])), gone }) as unknown as ListState
  expect(countUnread([list('mine', [row('a', 3, 1), row('b', 1, 0)]), list('all', [row('a', 2, 0), row('c', 1, 1, 'A2'), row('d', 4, 2)], {})], 'A1')).toBe(2)
  expect(countUnread([list('mine', [], { d: 4 }), list('all', [row('d', 4, 2)])], 'A1')).toBe(0)
})

it('never shows more than 300 lines', () => {
  effectScope().run(() => {
    const lines = shallowRef(Array.from({ length: 450 }, (_, n) => n))
    const { visible, up, down, hiddenAbove, hiddenBelow } = useWindow(lines)
    expect([visible.value.length, visible.value.at(-1), hiddenAbove.value]).toEqual([300, 449, true])
    up()
    up()
    expect([visible.value[0], visible.value.length, hiddenAbove.value, hiddenBelow.value]).toEqual([0, 300, false, true])
    down()
    down()
    expect(visible.value.at(-1)).toBe(449)
  })
})
