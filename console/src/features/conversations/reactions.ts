import type { Item, TwoTexts } from '@/api/types'

/** What stands at a message: signs of either side, and why one of ours is not what was wished. */
export interface Reactions {
  signs: { sign: string; ours: boolean; theirs: boolean }[]
  refused?: { sign: string; removed: boolean; reason: TwoTexts }
}

interface Known { ours: string | null; theirs: Set<string>; refused?: Reactions['refused'] }

/** Signs that people put to messages, as they are after all that is known, by seq of the message. */
export function reactionsOf(items: readonly Item[]): ReadonlyMap<number, Reactions> {
  const known = new Map<number, Known>()
  for (const item of items) {
    const event = item.kind === 'event' ? item.event : null
    if (event?.type !== 'reacted') continue
    const had = known.get(event.of) ?? { ours: null, theirs: new Set() }
    known.set(event.of, had)
    if (item.sender.kind === 'contact') {
      // Some platforms do not say which one was taken away: it was the only one.
      if (event.removed && !event.emoji) had.theirs.clear()
      else if (event.emoji) had.theirs[event.removed ? 'delete' : 'add'](event.emoji)
    } else if (event.emoji) {
      if (!event.removed) had.ours = event.emoji
      else if (had.ours === event.emoji) had.ours = null
      if (event.code) had.refused = { sign: event.emoji, removed: event.removed, reason: event.reason ?? {} }
      else delete had.refused
    }
  }
  return new Map([...known].map(([seq, { ours, theirs, refused }]) => {
    const all = [...theirs, ...(ours && !theirs.has(ours) ? [ours] : [])]
    return [seq, { signs: all.map(sign => ({ sign, ours: sign === ours, theirs: theirs.has(sign) })), ...(refused ? { refused } : {}) }]
  }))
}
