import { computed, effectScope, nextTick, ref } from 'vue'
import { afterEach, expect, it, vi } from 'vitest'
import { createDrafts } from '../drafts'
import type { Mode } from '../drafts'
import type { Way } from '../ways/source'
import { leftOver } from './leftOver'
import { useReplyBy } from './replyBy'

const [write, push] = [vi.fn(), vi.fn()]
vi.mock('vue-router', () => ({ useRouter: () => ({ push }) }))
vi.mock('vue-i18n', () => ({ useI18n: () => ({ t: (key: string) => key }) }))
vi.mock('@/api/http', () => ({ useHttp: () => null }))
vi.mock('@/ui', () => ({ showToast: () => {} }))
vi.mock('@/api/useProblem', () => ({ useSubmit: () => {
  const problem = ref<Error | null>(null)
  return { busy: ref(false), message: computed(() => problem.value?.message ?? null), problem, submit: (work: () => Promise<void>) => work().catch((error: Error) => { problem.value = error }) }
} }))
vi.mock('../ways/source', () => ({ waysSource: () => ({ write }) }))
afterEach(() => { write.mockReset(); push.mockReset() })

const way = { channelId: 'sms', contactId: 'c', name: 'SMS', canSend: true } as Way
function writing(text: string) {
  const drafts = createDrafts({ read: () => null, write: () => {}, keys: () => [] }, 'me')
  const id = ref('a')
  drafts.set('a', 'reply', text)
  const replyBy = effectScope().run(() => useReplyBy({ id: () => id.value, mode: ref<Mode>('reply'), drafts, budget: () => null, shows: () => [] }))!
  replyBy.by.value = way
  return { drafts, id, ...replyBy }
}

it('finds what was written since', () => {
  expect(leftOver('Hello, and', 'Hello')).toBe(', and')
  expect(leftOver('Hello', 'Hello')).toBe('')
  expect(leftOver('Hallo', 'Hello')).toBe('Hallo')
})

it('takes along what is written while the first words travel', async () => {
  const { drafts, begin, by } = writing('Hello')
  write.mockImplementation(() => { drafts.set('a', 'reply', 'Hello\nanother thing'); return Promise.resolve({ conversationId: 'b' }) })
  await begin()
  expect([drafts.get('a', 'reply'), drafts.get('b', 'reply'), by.value]).toEqual(['', 'another thing', null])
  expect(push).toHaveBeenCalledWith('/inbox/all/b')
})

it('leaves whoever has walked on where they are', async () => {
  const { id, begin, drafts } = writing('Hello')
  write.mockImplementation(() => { id.value = 'x'; return Promise.resolve({ conversationId: 'b' }) })
  await begin()
  expect(push).not.toHaveBeenCalled()
  expect(drafts.get('a', 'reply')).toBe('')
})

it('sends the same words once, and other words as others', async () => {
  const { drafts, begin } = writing('Hello')
  await nextTick()
  write.mockRejectedValue(new Error('away'))
  await begin()
  await begin()
  drafts.set('a', 'reply', 'Hello there')
  await begin()
  const [first, second, third] = write.mock.calls.map(call => call[2] as string)
  expect(second).toBe(first)
  expect(third).not.toBe(first)
})

it('sends them once, too, after a look at another conversation', async () => {
  const { begin, by, id } = writing('Hello')
  write.mockRejectedValueOnce(new Error('away')).mockResolvedValueOnce({ conversationId: null })
  await begin()
  id.value = 'x'
  await nextTick()
  id.value = 'a'
  await nextTick()
  by.value = way
  await begin()
  const [first, second] = write.mock.calls.map(call => call[2] as string)
  expect(second).toBe(first)
})

it('tells of trouble where it was', async () => {
  const { begin, by, id, trouble } = writing('Hello')
  write.mockImplementation(async () => {
    id.value = 'x'
    await nextTick()
    throw new Error('away')
  })
  await begin()
  expect(trouble.value).toBeNull()
  id.value = 'a'
  await nextTick()
  expect(trouble.value).toBe('away')
  by.value = way
  await nextTick()
  expect(trouble.value).toBeNull()
})
