import type { Item, MessageItem } from '@/api/types'

/**
 * What the writer should look at before sending: what a colleague or the bot said since the reply was begun, or what the customer said
 * and the writer has not had on the screen. Null: nothing.
 */
export function newerThan(items: readonly Item[], { begun, seen }: { begun: number; seen: number }, me: string | undefined): MessageItem | null {
  return items.findLast((item): item is MessageItem => item.kind === 'message' && !item.recalledAt && item.sender.id !== me
    && (item.direction === 'out' ? item.seq > begun : item.seq > seen)) ?? null
}
