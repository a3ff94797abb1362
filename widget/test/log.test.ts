import { describe, expect, it } from 'vitest'
import { apply, emptyLog, join, prepend, type Log } from '../src/protocol/log'
import type { Entry, Item, LogEvent } from '../src/protocol/types'
import { Conversation, dice } from './server'

function applied(known: Log, ...entries: Entry[]): Log {
  for (const entry of entries) {
    const next = apply(known, entry)
    if (next === 'fetch-after') throw new Error(`would fetch at ${entry.seq}`)
    known = next
  }
  return known
}

function joined(known: Log, ...page: [Parameters<typeof join>[1], 'newest' | 'after']): Log {
  const next = join(known, ...page)
  if (next === 'fetch-newest') throw new Error('would fetch')
  return next
}

const facts = ({ conversation, seq, items, older }: Log) => ({ conversation, seq, items, older })

describe('a pushed entry', () => {
  it('is applied when it follows what is known, over entries that visitors never see', () => {
    const server = new Conversation('A')
    const first = server.add()
    server.addPrivate()
    server.addPrivate()
    const second = server.add()
    expect(second).toMatchObject({ seq: 4, prev: 1 })
    expect(applied(emptyLog, first, second).seq).toBe(4)
  })

  it('is ignored when it is known already', () => {
    const server = new Conversation('A')
    const known = applied(emptyLog, server.add(), server.add())
    expect(apply(known, { conversation: 'A', seq: 1, prev: 0, item: server.items[0]! })).toBe(known)
  })

  it('asks for what is missing when something lies between', () => {
    const server = new Conversation('A')
    const known = applied(emptyLog, server.add())
    server.add()
    expect(apply(known, server.add())).toBe('fetch-after')
  })

  it('of an unknown conversation is left to the server, except where nothing was before', () => {
    const old = new Conversation('A')
    const known = applied(emptyLog, old.add())
    const next = new Conversation('B')
    expect(apply(known, next.add())).toBe('fetch-after')
    expect(apply(emptyLog, next.add())).toBe('fetch-after')
  })

  it('of a conversation that has ended changes nothing', () => {
    const old = new Conversation('A')
    const next = new Conversation('B')
    next.add()
    const known = joined(applied(emptyLog, old.add()), next.newest(50), 'newest')
    expect(apply(known, old.add())).toBe(known)
  })
})

describe('a fetched page', () => {
  it('of another conversation is only trusted when it is the newest one', () => {
    const old = new Conversation('A')
    const next = new Conversation('B')
    next.add()
    const known = applied(emptyLog, old.add())
    expect(join(known, next.after(1, 50), 'after')).toBe('fetch-newest')
    expect(joined(known, next.newest(50), 'newest')).toMatchObject({ conversation: 'B', seq: 1, past: [{ conversationId: 'A' }] })
  })

  it('that does not reach what is known replaces it, since a history must not have a hole', () => {
    const server = new Conversation('A')
    const known = applied(emptyLog, server.add())
    for (let i = 0; i < 10; i++) server.add()
    expect(joined(known, server.newest(3), 'newest')).toMatchObject({ seq: 11, older: true, items: [{ seq: 9 }, { seq: 10 }, { seq: 11 }] })
  })

  it('that comes late brings nothing twice', () => {
    const server = new Conversation('A')
    const first = server.add()
    const page = server.after(0, 50)
    const known = applied(emptyLog, first, server.add())
    expect(joined(known, page, 'after')).toEqual(known)
  })

  it('of older entries goes in front', () => {
    const server = new Conversation('A')
    for (let i = 0; i < 9; i++) server.add()
    const known = prepend(joined(emptyLog, server.newest(3), 'newest'), server.before(7, 4))
    expect(known.items.map(item => item.seq)).toEqual([3, 4, 5, 6, 7, 8, 9])
    expect(known.older).toBe(true)
  })
})

describe('frames that are lost, repeated and out of order', () => {
  it.each(Array.from({ length: 300 }, (_, seed) => seed))('end where a fresh fetch ends (seed %i)', seed => {
    const roll = dice(seed)
    const first = new Conversation('A')
    const second = new Conversation('B')
    let server = first
    const wire: Entry[] = []
    let known: Log = emptyLog

    const heal = () => {
      let asked: 'newest' | 'after' = known.conversation === null ? 'newest' : 'after'
      for (let turn = 0; turn < 100; turn++) {
        const page = asked === 'newest' ? server.newest(5) : server.after(known.seq, 4)
        const next = join(known, page, asked)
        if (next === 'fetch-newest') {
          asked = 'newest'
          continue
        }
        known = next
        if (asked === 'newest' || !page.hasMore) return
      }
      throw new Error('never healed')
    }

    for (let step = 0; step < 40; step++) {
      if (step === 25 && roll(2) === 0) server = second
      if (roll(4) === 0) server.addPrivate()
      const entry = server.add({ kind: roll(5) === 0 ? 'event' : 'message' })
      if (roll(5) !== 0) wire.push(entry)
      if (roll(5) === 0) wire.push(entry)
      while (wire.length > 0 && roll(3) !== 0) {
        const [frame] = wire.splice(roll(Math.min(wire.length, 3)), 1)
        const next = apply(known, frame!)
        if (next === 'fetch-after') heal()
        else known = next
      }
      expect(known.items.every((item, i) => i === 0 || item.prev === known.items[i - 1]?.seq)).toBe(true)
    }
    heal()

    expect(known.seq).toBe(server.last)
    const fresh = joined(emptyLog, server.newest(known.items.length), 'newest')
    expect(facts(known)).toEqual({ ...facts(fresh), older: known.older })
    if (!known.older) expect(known.items).toEqual(server.items)
  })
})

it('an edit changes a message and a recall takes words and files away', () => {
  const message = (seq: number, text: string): Item => ({ id: `c.${seq}`, conversationId: 'c', seq, prev: seq - 1, at: '', kind: 'message', direction: 'out', sender: { kind: 'agent', name: 'Lin' }, text, attachments: [{ id: 'f', kind: 'file', name: 'f', size: 1 }] })
  const event = (seq: number, change: LogEvent): Entry => ({ conversation: 'c', seq, prev: seq - 1, item: { ...message(seq, ''), kind: 'event', event: change } })
  let log: Log = { ...emptyLog, conversation: 'c', seq: 2, items: [message(1, 'one'), message(2, 'two')] }
  log = apply(log, event(3, { type: 'edited', of: 1, text: 'one!' })) as Log
  log = apply(log, event(4, { type: 'recalled', of: 2 })) as Log
  expect(log.items.slice(0, 2).map(item => [item.text ?? '', item.attachments?.length])).toEqual([['one!', 0], ['', 0]])
})
