import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Answer } from '../src/api'
import { Outbox, type Outgoing } from '../src/outbox'
import type { Receipt } from '../src/protocol/types'
import { Sender } from '../src/sender'
import { openStore, type Store } from '../src/storage'

let store: Store
beforeEach(() => {
  localStorage.clear()
  store = openStore('c1', () => localStorage)
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(() => vi.useRealTimers())

describe('the outbox', () => {
  it('is stored before anything is sent, and survives a reload in order with the same ids', () => {
    const outbox = new Outbox(store)
    const ids = ['a', 'b', 'c'].map(text => outbox.add(text).clientId)
    outbox.sending(ids[0]!)
    const again = new Outbox(store)
    expect(again.all.map(({ text, clientId, state }) => [text, clientId, state])).toEqual([['a', ids[0], 'waiting'], ['b', ids[1], 'waiting'], ['c', ids[2], 'waiting']])
    expect(ids.every(id => /^[A-Za-z0-9_-]{1,64}$/.test(id))).toBe(true)
  })

  it('keeps the order when the clock is set back', () => {
    const outbox = new Outbox(store)
    outbox.add('a')
    vi.setSystemTime(5)
    outbox.add('b')
    expect(new Outbox(store).all.map(entry => entry.text)).toEqual(['a', 'b'])
  })

  it('does not lose what another tab has written', () => {
    const one = new Outbox(store)
    const two = new Outbox(openStore('c1', () => localStorage))
    one.add('from one')
    const sent = two.add('from two')
    two.stored(sent.clientId, 'A', 1)
    expect(new Outbox(store).all.map(entry => entry.text)).toEqual(['from one'])
  })

  it('remembers that a message failed for good', () => {
    const outbox = new Outbox(store)
    const { clientId } = outbox.add('too long')
    outbox.failed(clientId, 'message_too_long', true)
    expect(new Outbox(store).all[0]).toMatchObject({ state: 'failed', code: 'message_too_long', final: true })
    expect(new Outbox(store).next()).toBeUndefined()
  })

  it('forgets what is on the server, and skips what it cannot read', () => {
    const outbox = new Outbox(store)
    outbox.stored(outbox.add('a').clientId, 'A', 1)
    store.set('out:broken', '{"no')
    expect(new Outbox(store).all).toEqual([])
    expect(outbox.all).toHaveLength(1)
  })

  it('belongs to one channel', () => {
    new Outbox(store).add('a')
    expect(new Outbox(openStore('c2', () => localStorage)).all).toEqual([])
  })

  it('works in memory when storage is blocked', () => {
    const blocked = openStore('c1', () => { throw new DOMException('denied', 'SecurityError') })
    const outbox = new Outbox(blocked)
    const { clientId } = outbox.add('a')
    expect(new Outbox(blocked).all).toHaveLength(1)
    outbox.forget(clientId)
    expect(new Outbox(blocked).all).toHaveLength(0)
  })
})

describe('sending', () => {
  const refused = (code: string, wait = 0): Answer<Receipt> => ({ ok: false, status: 503, code, wait })
  const taken = (seq: number): Answer<Receipt> => ({ ok: true, value: { conversation: 'A', id: `A.${seq}`, seq, prev: seq - 1, at: '' } })

  function sender(answers: Answer<Receipt>[]) {
    const outbox = new Outbox(store)
    const tried: string[] = []
    const signIn = vi.fn(async () => true)
    const instance = new Sender(outbox, {
      deliver: async (entry: Outgoing) => {
        tried.push(entry.text)
        return answers.shift() ?? taken(tried.length)
      },
      stored: (entry, receipt) => outbox.stored(entry.clientId, receipt.conversation, receipt.seq),
      signIn, changed: () => {},
    })
    return { outbox, tried, instance, signIn }
  }

  it('goes one by one and waits with the rest while the first one cannot go', async () => {
    const { outbox, tried, instance } = sender([refused('network'), refused('busy')])
    outbox.add('a')
    outbox.add('b')
    instance.kick()
    await vi.advanceTimersByTimeAsync(0)
    expect(tried).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(tried).toEqual(['a', 'a', 'a', 'b'])
    expect(outbox.idle).toBe(true)
  })

  it('says that the server is busy, and asks again no sooner than it was told', async () => {
    const { outbox, tried, instance } = sender([refused('busy', 7_000)])
    outbox.add('a')
    instance.kick()
    await vi.advanceTimersByTimeAsync(1)
    expect(instance.busy).toBe(true)
    instance.kick()
    await vi.advanceTimersByTimeAsync(6_900)
    expect(tried).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(200)
    expect(tried).toEqual(['a', 'a'])
    expect(instance.busy).toBe(false)
  })

  it.each(['message_too_long', 'validation'])('shows %s as final and goes on with the next', async code => {
    const { outbox, tried, instance } = sender([refused(code)])
    outbox.add('a')
    outbox.add('b')
    instance.kick()
    await vi.advanceTimersByTimeAsync(1)
    expect(tried).toEqual(['a', 'b'])
    expect(outbox.all[0]).toMatchObject({ state: 'failed', final: true, code })
  })

  it('gives an unknown fault three tries, then lets the visitor decide', async () => {
    const { outbox, tried, instance } = sender([refused('internal'), refused('internal'), refused('internal')])
    const { clientId } = outbox.add('a')
    instance.kick()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(outbox.all[0]).toMatchObject({ state: 'failed', final: false })
    outbox.waiting(clientId)
    instance.kick()
    await vi.advanceTimersByTimeAsync(1)
    expect(tried).toHaveLength(4)
    expect(outbox.idle).toBe(true)
  })

  it('gets a new session when the token is no longer good', async () => {
    const { outbox, tried, instance, signIn } = sender([refused('unauthenticated')])
    outbox.add('a')
    instance.kick()
    await vi.advanceTimersByTimeAsync(1)
    expect(signIn).toHaveBeenCalledOnce()
    expect(tried).toEqual(['a', 'a'])
  })
})
