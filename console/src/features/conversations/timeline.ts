import type { DeliveryState, EventItem, Item, MessageItem } from '@/api/types'
import { isSameDay } from '@/lib/time'
import { deliveryOf, knownEvent } from '@/realtime'
import type { Known } from '@/realtime'
import type { OutboxEntry } from './outbox'
import { reactionsOf } from './reactions'
import type { Reactions } from './reactions'

export type Line =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string }
  | { kind: 'event'; key: string; item: EventItem }
  | { kind: 'message'; key: string; item: MessageItem; delivery: DeliveryState | null; joined: boolean; reactions?: Reactions }
  | { kind: 'waiting'; key: string; entry: OutboxEntry }

const joinWithin = 3 * 60_000

function joins(before: Item | undefined, item: MessageItem) {
  return before !== undefined && before.kind === item.kind && before.sender.id === item.sender.id && before.sender.kind === item.sender.kind
    && before.direction === item.direction && Date.parse(item.at) - Date.parse(before.at) < joinWithin && isSameDay(before.at, item.at)
}

/** "Took the conversation" already says that it is open now, and "back to the queue" that it waits. */
function followsFromAssignment(item: EventItem, before: Item | undefined) {
  return item.event.type === 'status' && before?.kind === 'event' && before.event.type === 'assigned' && before.at === item.at
}

/** Known from elsewhere on the screen: ticks, the changed bubble, the note itself. */
const silent = new Set(['read', 'mentioned', 'mentions_seen', 'edited', 'note_edited', 'recalled', 'note_recalled', 'delivery', 'file_arrived', 'reacted'])

/** What stands between the items: days, the unread line, and at the end what is still under way. */
export function timelineOf(known: Pick<Known, 'items' | 'head' | 'hasOlder'>, unreadFrom: number | null, outbox: readonly OutboxEntry[]): Line[] {
  const lines: Line[] = []
  let day: string | null = null
  let before: Item | undefined
  const stored = new Set<string>()
  const reactions = reactionsOf(known.items)
  for (const [i, item] of known.items.entries()) {
    if (item.kind === 'event') {
      const event = knownEvent(item)
      // Receipts show as ticks on messages; the beginning is the top of the timeline itself.
      if (!event || silent.has(event.type) || followsFromAssignment(item, known.items[i - 1])) continue
    }
    if (day === null || !isSameDay(day, item.at)) {
      lines.push({ kind: 'day', key: `day-${item.seq}`, at: item.at })
      day = item.at
      before = undefined
    }
    if (item.kind === 'event') {
      lines.push({ kind: 'event', key: item.id, item })
      before = undefined
      continue
    }
    if (item.seq === unreadFrom) {
      lines.push({ kind: 'unread', key: 'unread' })
      before = undefined
    }
    if (item.clientId) stored.add(item.clientId)
    // The same key before and after the server's answer: the bubble stays, only its tick changes.
    lines.push({ kind: 'message', key: item.clientId ? `c-${item.clientId}` : item.id, item, delivery: deliveryOf(item, known.head), joined: joins(before, item), ...(reactions.has(item.seq) ? { reactions: reactions.get(item.seq)! } : {}) })
    before = item
  }
  for (const entry of outbox) if (!stored.has(entry.clientId)) lines.push({ kind: 'waiting', key: `c-${entry.clientId}`, entry })
  return lines
}
