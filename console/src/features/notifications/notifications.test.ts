import { describe, expect, it } from 'vitest'
import type { Row } from '@/api/types'
import { happeningOf } from './events'
import { isQuiet, minutesIn } from './quiet'

const row = (change: Partial<Row>): Row => ({
  id: 'c', seq: 5, status: 'open', channel: { id: 'w', kind: 'web', name: 'Web' }, contact: { id: 'p', name: '王' }, assignee: null, subject: null, snoozedUntil: null, team: null, priority: 'none', tags: [], fields: {}, unseenMentions: [], rating: null, unread: 0, waitingSince: null,
  lastMessage: null, contactReadSeq: 0, agentReadSeq: 0, createdAt: '', lastActivityAt: '', ...change,
})
const me = { id: 'me', name: 'Lin' }
const said = (seq: number, direction: 'in' | 'out' = 'in') => ({ seq, at: '', kind: 'message' as const, direction, sender: { kind: 'contact' as const, id: 'p', name: '王' }, text: '在吗' })

describe('what calls me', () => {
  const kindOf = (before: Row | undefined, now: Row) => happeningOf(before, now, 'me')?.event ?? null
  it('a conversation that is given to me', () => {
    expect(kindOf(row({}), row({ seq: 6, assignee: me }))).toBe('assigned')
    expect(kindOf(undefined, row({ assignee: me, unread: 1 }))).toBe('assigned')
    expect(kindOf(row({ assignee: me }), row({ seq: 6, assignee: { id: 'you', name: 'You' } }))).toBeNull()
  })
  it('a customer who writes in one of mine, and not what I say', () => {
    expect(kindOf(row({ assignee: me, lastMessage: said(4) }), row({ seq: 6, assignee: me, lastMessage: said(6) }))).toBe('message')
    expect(kindOf(row({ assignee: me, lastMessage: said(4) }), row({ seq: 6, assignee: me, lastMessage: said(6, 'out') }))).toBeNull()
    expect(kindOf(row({ assignee: me, lastMessage: said(4) }), row({ seq: 6, assignee: me, lastMessage: said(4) }))).toBeNull()
  })
  it('somebody new who waits, once', () => {
    const waiting = row({ seq: 2, status: 'queued', waitingSince: 'now', lastMessage: said(2) })
    expect(kindOf(undefined, waiting)).toBe('waiting')
    expect(kindOf(waiting, { ...waiting, seq: 3, lastMessage: said(3) })).toBeNull()
    expect(kindOf(row({ status: 'resolved' }), { ...waiting, seq: 9 })).toBe('waiting')
  })
  it('a colleague who names me, once', () => {
    const naming = (who: string, seq = 6): Row => Object.assign(row({ seq }), { unseenMentions: [who] })
    expect(kindOf(row({}), naming('me'))).toBe('mention')
    expect(kindOf(naming('me'), naming('me', 7))).toBeNull()
    expect(kindOf(row({}), naming('you'))).toBeNull()
  })
  it('and says whom it is about and where they write from: nobody has named most of them', () => {
    const channel = { id: 'x', kind: 'wechat-official', name: '公众号' }
    const called = happeningOf(row({}), row({ seq: 6, assignee: me, channel, contact: { id: 'p', name: null } }), 'me')
    expect([called?.who, called?.channel]).toEqual([{ id: 'p', name: null }, channel])
  })
  it('nothing that was known already', () => {
    const known = row({ seq: 9, assignee: me })
    expect(kindOf(known, row({ seq: 9, assignee: me, lastMessage: said(9) }))).toBeNull()
    expect(kindOf(row({ assignee: { id: 'you', name: '' }, lastMessage: said(4) }), row({ seq: 6, assignee: { id: 'you', name: '' }, lastMessage: said(6) }))).toBeNull()
  })
})

describe('quiet hours', () => {
  const at = Date.UTC(2026, 0, 1, 22, 30) // 06:30 in Shanghai, 23:30 in Berlin
  it('are in the agent\'s own zone', () => {
    expect([minutesIn('Asia/Shanghai', at), minutesIn('Europe/Berlin', at)]).toEqual([390, 1410])
    expect(isQuiet({ from: '23:00', to: '07:00' }, 'Asia/Shanghai', at)).toBe(true)
    expect(isQuiet({ from: '23:00', to: '06:30' }, 'Asia/Shanghai', at)).toBe(false)
    expect(isQuiet({ from: '23:00', to: '07:00' }, 'Europe/Berlin', at)).toBe(true)
    expect(isQuiet({ from: '09:00', to: '18:00' }, 'Europe/Berlin', at)).toBe(false)
    expect(isQuiet(null, 'Europe/Berlin', at)).toBe(false)
  })
})
