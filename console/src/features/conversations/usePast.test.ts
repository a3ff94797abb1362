import { ref, shallowRef } from 'vue'
import { expect, it } from 'vitest'
import type { Item } from '@/api/types'
import type { Known } from '@/realtime'
import { ConversationModel } from '@/realtime/model.fixture'
import { usePast } from './usePast'

function setUp(length: number) {
  const model = new ConversationModel('C1')
  while (model.log.length < length) model.event({ type: 'created' })
  const seqs = (items: readonly Item[] | undefined) => items?.map(item => item.seq)
  const known = shallowRef<Known | undefined>({ items: model.log.slice(length - 5), hasOlder: true, seq: length } as unknown as Known)
  const id = ref('C1')
  const past = usePast(id, known, {
    source: {
      between: async (_, after) => model.after(after, 4),
      before: async (_, seq) => ({ items: model.log.slice(Math.max(0, seq - 5), seq - 1), hasMore: seq > 5 }),
    },
    cache: { conversation: () => known.value, writeConversation: (_, next) => { known.value = next } },
  })
  return { model, known, id, past, seqs }
}

it('grows both ways and becomes one with the newest where they meet, without a hole', async () => {
  const { model, known, past, seqs } = setUp(20)
  expect(past.open(model.after(7, 4))).toBe(true)
  expect(seqs(past.shown.value?.items)).toEqual([8, 9, 10, 11])
  await past.older()
  await past.newer()
  expect(seqs(past.shown.value?.items)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
  await past.newer()
  expect(past.past.value).toBeNull()
  expect(seqs(known.value?.items)).toEqual(Array.from({ length: 17 }, (_, n) => n + 4))
  expect(known.value?.hasOlder).toBe(true)
})

it('ends with the conversation and with the way back to the newest', () => {
  const { model, id, past, seqs } = setUp(20)
  past.open(model.after(0, 4))
  id.value = 'C2'
  expect(past.past.value).toBeNull()
  past.open(model.after(0, 4))
  past.leave()
  expect(seqs(past.shown.value?.items)).toEqual([16, 17, 18, 19, 20])
  expect(past.open({ items: [], hasMore: false })).toBe(false)
})
