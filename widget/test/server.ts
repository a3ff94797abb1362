// A conversation as the server keeps it: public entries with holes where private ones are. For tests only.
import type { Entry, Item, Page } from '../src/protocol/types'

export class Conversation {
  readonly items: Item[] = []
  private seq = 0

  constructor(readonly id: string) {}

  get last(): number { return this.items.at(-1)?.seq ?? 0 }

  add(item: Partial<Item> = {}): Entry {
    const seq = ++this.seq
    const full: Item = {
      id: `${this.id}.${seq}`, conversationId: this.id, seq, prev: this.last, at: new Date(Date.UTC(2026, 10, 22) + seq * 1000).toISOString(),
      kind: 'message', direction: 'out', sender: { kind: 'agent', id: 'a', name: '林晓' }, text: `text ${seq}`, ...item,
    }
    this.items.push(full)
    return { conversation: this.id, seq, prev: full.prev, item: full }
  }

  addPrivate(): void { this.seq++ }

  newest(limit: number, until = this.last): Page {
    const all = this.items.filter(item => item.seq <= until)
    return { conversationId: this.id, seq: until, items: all.slice(-limit), hasMore: all.length > limit }
  }

  after(seq: number, limit: number): Page {
    const all = this.items.filter(item => item.seq > seq)
    return { conversationId: this.id, seq: this.last, items: all.slice(0, limit), hasMore: all.length > limit }
  }

  before(seq: number, limit: number): Page {
    const all = this.items.filter(item => item.seq < seq)
    return { conversationId: this.id, seq: this.last, items: all.slice(-limit), hasMore: all.length > limit }
  }
}

/** Repeatable chance: a failing run can be run again. */
export function dice(seed: number): (sides: number) => number {
  return sides => {
    seed = seed + 0x6d2b79f5 | 0
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed)
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
    return ((t ^ t >>> 14) >>> 0) % sides
  }
}
