import { describe, expect, it } from 'vitest'
import type { EventBody, Item, MessageItem } from '@/api/types'
import { applyFrame, deliveryOf, prependPage, toKnown } from './conversation'
import type { Known } from './conversation'
import { createHealer } from './healer'
import { ConversationModel, dice } from './model.fixture'

const fresh = (model: ConversationModel) => toKnown(model.row(), [...model.log], false)

describe('a conversation under a hostile network', () => {
  it.each(Array.from({ length: 150 }, (_, seed) => seed))('history %i: pushed and healed equals freshly fetched', async seed => {
    const roll = dice(seed + 1)
    const model = new ConversationModel('V')
    for (let n = roll(8); n > 0; n--) model.step(roll)
    let known: Known = fresh(model)
    let growing = true
    const healer = createHealer({
      read: () => known,
      write: (_, next) => { known = next },
      fetchAfter: async (_, after) => {
        const page = model.after(after)
        if (growing && roll(3) === 0) model.step(roll) // the log grows while the answer travels
        return page
      },
    })
    const inFlight: number[] = []
    for (let n = 0; n < 40; n++) {
      model.step(roll)
      const seq = model.log.length
      const fate = roll(6)
      if (fate !== 0) inFlight.push(seq)
      if (fate === 1) inFlight.push(seq)
      while (inFlight.length > roll(4)) {
        const [late] = inFlight.splice(roll(inFlight.length), 1)
        if (late !== undefined) healer.apply(model.frame(late))
      }
      if (roll(4) === 0) await new Promise(resolve => setTimeout(resolve))
    }
    await new Promise(resolve => setTimeout(resolve, 5))
    growing = false
    await healer.heal('V')
    expect(known).toEqual(fresh(model))
  })
})

describe('applyFrame', () => {
  const model = new ConversationModel('V')
  for (let n = 0; n < 5; n++) model.event({ type: 'read', by: 'agent', upTo: n })
  const known = { ...fresh(model) }

  it('ignores what it has', () => expect(applyFrame(known, model.frame(3))).toBe(known))

  it('asks when something is missing', () => {
    const late = { ...model.frame(6), seq: 9, prev: 8 }
    expect(applyFrame(known, late)).toBe('fetch-after')
  })

  it('keeps an event of a type it does not know', () => {
    const strange = { ...model.frame(6).data, seq: 7, prev: 6, event: { type: 'merged', into: 'W' } } as unknown as Item
    const next = applyFrame(known, { event: 'conversation.updated', conversation: 'V', seq: 7, prev: 6, data: strange })
    expect(next).toMatchObject({ seq: 7, head: known.head })
  })

  it('ends the typing line of whoever wrote', () => {
    const typing = applyFrame(known, { event: 'typing', conversation: 'V', data: { kind: 'contact', id: 'K1', name: null, on: true } }) as Known
    expect(typing.typing).toHaveLength(1)
    const data: Item = { id: 'V.7', conversationId: 'V', seq: 7, prev: 6, at: '', kind: 'message', direction: 'in', sender: { kind: 'contact', id: 'K1', name: null }, text: '' }
    expect(applyFrame(typing, { event: 'message.created', conversation: 'V', seq: 7, prev: 6, data })).toMatchObject({ typing: [] })
  })
})

it('puts older pages in front without repeating the seam', () => {
  const model = new ConversationModel('V')
  for (let n = 0; n < 9; n++) model.step(dice(n))
  const known = toKnown(model.row(), model.log.slice(5), true)
  expect(prependPage(known, model.log.slice(0, 7), false).items.map(item => item.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

it('derives read from receipts', () => {
  const item: Item = { id: 'V.4', conversationId: 'V', seq: 4, prev: 3, at: '', kind: 'message', direction: 'out', sender: { kind: 'agent', id: 'A', name: 'A' }, text: '', delivery: { state: 'sent' } }
  expect(deliveryOf(item, { contactReadSeq: 3 })).toBe('sent')
  expect(deliveryOf(item, { contactReadSeq: 4 })).toBe('read')
})

it('folds how far deliveries came and which files arrived into messages; states never go back', () => {
  const model = new ConversationModel('C9')
  model.log.push({ id: 'C9.2', conversationId: 'C9', seq: 2, prev: 1, at: '2026-11-22T08:00:00.000Z', kind: 'message', direction: 'out', sender: { kind: 'agent', id: 'A1', name: 'Lin' }, text: 'out', delivery: { state: 'pending' }, media: [{ index: 0, kind: 'image', state: 'coming' }, { index: 1, kind: 'file', state: 'coming' }] })
  let known = toKnown(model.row(), model.log, false)
  const heard = (event: EventBody) => {
    model.event(event)
    known = applyFrame(known, model.frame(model.log.length)) as Known
    return known.items[1] as MessageItem
  }
  expect(heard({ type: 'delivery', items: [{ of: 2, state: 'failed', code: '131047', reason: { zh: '窗口已关闭', en: 'Window closed' } }] }).delivery).toEqual({ state: 'failed', code: '131047', reason: { zh: '窗口已关闭', en: 'Window closed' } })
  expect(heard({ type: 'delivery', items: [{ of: 2, state: 'delivered' }] }).delivery).toEqual({ state: 'delivered' })
  expect(heard({ type: 'delivery', items: [{ of: 2, state: 'sent' }] }).delivery).toEqual({ state: 'delivered' })
  const file = { id: 'F1', kind: 'image' as const, name: 'a.png', contentType: 'image/png', size: 1 }
  expect(heard({ type: 'file_arrived', of: 2, index: 0, file }).attachments).toEqual([file])
  expect(heard({ type: 'file_arrived', of: 2, index: 1, failed: 'gone' }).media).toEqual([{ index: 1, kind: 'file', state: 'failed' }])
})
