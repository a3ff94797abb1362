import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '@/api/client'
import type { Receipt } from '@/api/types'
import type { Store } from '@/lib/storage'
import type { LogFrame } from '@/realtime'
import { createOutbox } from './outbox'

function memory(): Store {
  const values = new Map<string, string>()
  return { read: key => values.get(key) ?? null, write: (key, value) => void (value === null ? values.delete(key) : values.set(key, value)), keys: prefix => [...values.keys()].filter(key => key.startsWith(prefix)) }
}

function setUp(answers: (Problem | 'ok')[], store = memory()) {
  const calls: string[] = []
  const stored = new Map<string, Receipt>()
  const frames: LogFrame[] = []
  const source = {
    send: async (_: string, { clientId, text }: { clientId: string; text: string }) => {
      calls.push(text)
      const answer = answers.shift() ?? 'ok'
      if (answer !== 'ok') throw answer
      const seq = stored.size + 1
      const receipt = stored.get(clientId) ?? { id: `V.${seq}`, seq, prev: seq - 1, at: '2026-11-22T08:00:00Z' }
      stored.set(clientId, receipt)
      return receipt
    },
  }
  const outbox = createOutbox({ source, sent: frame => frames.push(frame), store, random: () => 0 })
  outbox.open({ id: 'A1', name: 'Lin' })
  return { outbox, calls, frames, store, stored }
}
const offline = () => new Problem(0, 'offline', null)
const texts = (frames: LogFrame[]) => frames.map(({ data }) => (data.kind === 'event' ? '' : data.text))

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('navigator', { ...navigator, locks: undefined })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('outbox', () => {
  it('sends in the order of writing, one at a time', async () => {
    const { outbox, frames, store } = setUp([])
    for (const text of ['a', 'b', 'c']) outbox.add('V', text, false)
    await vi.advanceTimersByTimeAsync(10)
    expect(texts(frames)).toEqual(['a', 'b', 'c'])
    expect(outbox.entries.value).toEqual([])
    expect(store.keys('queqiao.outbox')).toEqual([])
  })

  it('waits for the network and keeps the order', async () => {
    const { outbox, frames } = setUp([offline(), offline(), offline(), offline(), offline(), offline()])
    outbox.add('V', 'a', false)
    outbox.add('V', 'b', true)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(texts(frames)).toEqual(['a', 'b'])
  })

  it('is still there after a reload, and sends the same clientId', async () => {
    const first = setUp([offline()])
    const clientId = first.outbox.add('V', 'a', false)
    await vi.advanceTimersByTimeAsync(1)
    first.outbox.close()
    const second = setUp([], first.store)
    await vi.advanceTimersByTimeAsync(1)
    expect([...second.stored.keys()]).toEqual([clientId])
  })

  it('a refusal stays with its reason until it is retried or discarded', async () => {
    const { outbox, frames } = setUp([new Problem(409, 'conversation_resolved', 'reopen first')])
    const clientId = outbox.add('V', 'a', false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(outbox.entries.value).toMatchObject([{ state: 'failed', detail: 'reopen first' }])
    outbox.retry(clientId)
    await vi.advanceTimersByTimeAsync(1)
    expect(texts(frames)).toEqual(['a'])
  })

  it('a server that keeps failing is given up after four tries, and the next message is not stuck', async () => {
    const busy = () => new Problem(503, 'busy', null)
    const { outbox, calls, frames } = setUp([busy(), busy(), busy(), busy()])
    outbox.add('V', 'a', false)
    outbox.add('V', 'b', false)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(calls).toEqual(['a', 'a', 'a', 'a', 'b'])
    expect(texts(frames)).toEqual(['b'])
    expect(outbox.entries.value).toMatchObject([{ text: 'a', state: 'failed' }])
  })

  it('belongs to one agent', async () => {
    const { outbox } = setUp([offline()])
    outbox.add('V', 'a', false)
    await vi.advanceTimersByTimeAsync(1)
    outbox.close()
    outbox.open({ id: 'A2', name: 'Zhou' })
    expect(outbox.entries.value).toEqual([])
  })
})
