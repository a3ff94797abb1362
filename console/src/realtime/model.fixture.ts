import type { EventBody, Item, ItemPage, Row } from '@/api/types'
import type { LogFrame } from './frames'

/** A small generator, so that a failing history can be named by its seed. */
export function dice(seed: number) {
  let state = seed >>> 0
  return (sides: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

const begin = Date.UTC(2026, 10, 22, 8)
const agent = { kind: 'agent', id: 'A1', name: 'Lin' } as const
const contact = { kind: 'contact', id: 'K1', name: 'Hu' } as const

/** The server's side of one conversation: a log, and what REST would answer. */
export class ConversationModel {
  readonly log: Item[] = []

  constructor(readonly id: string) {
    this.event({ type: 'created' })
  }

  private next() {
    const seq = this.log.length + 1
    return { id: `${this.id}.${seq}`, conversationId: this.id, seq, prev: seq - 1, at: new Date(begin + seq * 1000).toISOString() }
  }

  event(event: EventBody) {
    this.log.push({ ...this.next(), kind: 'event', sender: { kind: 'system', id: 'S', name: null }, event })
  }

  step(roll: (sides: number) => number) {
    const kind = roll(7)
    const to = roll(2) ? { id: 'A1', name: 'Lin' } : null
    if (kind < 2) this.log.push({ ...this.next(), kind: 'message', direction: 'in', sender: contact, text: 'in' })
    else if (kind === 2) this.log.push({ ...this.next(), kind: 'message', direction: 'out', sender: agent, text: 'out', delivery: { state: 'sent' } })
    else if (kind === 3) this.log.push({ ...this.next(), kind: 'note', sender: agent, text: 'note' })
    else if (kind === 4) this.event({ type: 'assigned', from: null, to })
    else if (kind === 5) this.event({ type: 'status', from: 'open', to: roll(2) ? 'resolved' : 'open' })
    else this.event({ type: 'read', by: roll(2) ? 'contact' : 'agent', upTo: 1 + roll(this.log.length) })
  }

  frame(seq: number): LogFrame {
    const data = this.log[seq - 1] as Item
    const event = data.kind !== 'event' ? 'message.created' : data.event.type === 'read' ? 'message.updated' : 'conversation.updated'
    return { event, conversation: this.id, seq, prev: data.prev, data }
  }

  after(seq: number, limit = 7): ItemPage {
    return { items: this.log.slice(seq, seq + limit), hasMore: this.log.length > seq + limit }
  }

  row(): Row {
    const row: Row = {
      id: this.id, seq: this.log.length, status: 'queued', channel: { id: 'C', kind: 'web', name: 'Web' }, contact: { id: 'K1', name: 'Hu' },
      assignee: null, subject: null, snoozedUntil: null, team: null, priority: 'none', tags: [], fields: {}, unseenMentions: [], rating: null, unread: 0, waitingSince: null, lastMessage: null, contactReadSeq: 0, agentReadSeq: 0,
      createdAt: new Date(begin).toISOString(), lastActivityAt: this.log.at(-1)?.at ?? new Date(begin).toISOString(),
    }
    for (const item of this.log) {
      if (item.kind === 'event') {
        if (item.event.type === 'status') row.status = item.event.to
        if (item.event.type === 'assigned') row.assignee = item.event.to
        if (item.event.type === 'read' && item.event.by === 'contact') row.contactReadSeq = Math.max(row.contactReadSeq, item.event.upTo)
        if (item.event.type === 'read' && item.event.by === 'agent') row.agentReadSeq = Math.max(row.agentReadSeq, item.event.upTo)
      } else if (item.kind === 'message') {
        if (item.direction === 'in') row.waitingSince ??= item.at
        else row.waitingSince = null
      }
    }
    return row
  }
}
