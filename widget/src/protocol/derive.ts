// Facts that follow from the log. None of them is stored: a read receipt always has a larger seq than what it covers,
// so whoever holds a message without holes up to the newest entry holds its receipts too.

import type { Entry, Item, Receipt, ServerFrame } from './types'

export function readUpTo(items: readonly Item[], by: 'contact' | 'agent'): number {
  let upTo = 0
  for (const { event } of items)
    if (event?.type === 'read' && event.by === by) upTo = Math.max(upTo, event.upTo)
  return upTo
}

export function lastReceived(items: readonly Item[]): number {
  return items.findLast(isReceived)?.seq ?? 0
}

export function countUnread(items: readonly Item[], seenUpTo: number): number {
  return items.filter(item => isReceived(item) && item.seq > seenUpTo).length
}

export function assignedTo(items: readonly Item[]): string | null {
  for (let i = items.length - 1; i >= 0; i--) {
    const event = items[i]?.event
    if (event?.type === 'assigned') return event.to?.name ?? null
    if (event?.type === 'status' && event.to === 'resolved') return null
  }
  return null
}

export function entryOf(frame: ServerFrame): Entry | null {
  if (!('event' in frame) || !('seq' in frame)) return null
  return { conversation: frame.conversation, seq: frame.seq, prev: frame.prev, item: frame.data }
}

/** The connection that sent a message gets only a receipt for it, so the entry is made of what was sent. */
export function entryOfReceipt(receipt: Receipt, sent: { clientId: string, text: string, files?: Item['attachments'] }): Entry {
  const { conversation, id, seq, prev, at } = receipt
  return {
    conversation, seq, prev,
    item: { id, conversationId: conversation, seq, prev, at, kind: 'message', clientId: sent.clientId, direction: 'in', sender: { kind: 'contact', name: null }, text: sent.text, attachments: sent.files },
  }
}

function isReceived(item: Item): boolean {
  return item.kind === 'message' && item.direction === 'out'
}
