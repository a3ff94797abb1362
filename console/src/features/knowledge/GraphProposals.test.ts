import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createApp, h, nextTick, ref } from 'vue'
import { Problem } from '@/api/client'
import GraphProposals from './GraphProposals.vue'
import { isProposal } from './source'

const [decideEdge, refetch, decided, toast] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()]
const facts = ['1', '2', '3'].map(id => ({ id, kind: 'add', before: null, after: { subject: id, relation: 'is', target: 'x', audience: 'public' }, by: null, isOwn: id === '3', mayAccept: id !== '3' }))
vi.mock('vue-i18n', () => ({ useI18n: () => ({ t: (key: string) => key, te: () => false }) }))
vi.mock('@tanstack/vue-query', () => ({ useQuery: () => ({ data: ref(facts), refetch }) }))
vi.mock('@/features/identity', () => ({ useSession: () => ({ can: () => true }) }))
vi.mock('./useKnowledge', () => ({ useSource: () => ({ decideEdge }) }))
vi.mock('@/ui', async () => ({ ...(await vi.importActual<object>('@/ui')), showToast: (text: string) => toast(text) as unknown }))
beforeEach(() => { decideEdge.mockResolvedValue(undefined) })
afterEach(() => { document.body.replaceChildren(); vi.clearAllMocks() })
const settled = async () => { for (let n = 0; n < 5; n++) await nextTick(); await new Promise(resolve => setTimeout(resolve)) }

async function press(label: string) {
  const page = document.body.appendChild(document.createElement('div'))
  createApp({ render: () => h(GraphProposals, { onDecided: decided }) }).mount(page)
  await settled()
  ;[...page.querySelectorAll('button')].find(button => button.textContent?.includes(label))!.click()
  await settled()
  return page
}

it('goes on after a fact that somebody else has decided', async () => {
  decideEdge.mockRejectedValueOnce(new Problem(404, 'not_found', 'Gone'))
  await press('waiting.all')
  expect(decideEdge.mock.calls.map(call => call[0] as string)).toEqual(['1', '2'])
  expect(toast).toHaveBeenCalledWith('knowledge.graph.waiting.did.accept')
})

it('looks again, also when it was refused half way', async () => {
  decideEdge.mockResolvedValueOnce(undefined).mockRejectedValueOnce(new Problem(409, 'second_person', 'Not you'))
  const page = await press('waiting.all')
  expect(page.querySelector('[role=alert]')?.textContent).toBe('Not you')
  expect([refetch.mock.calls.length, decided.mock.calls.length, toast.mock.calls.length]).toEqual([1, 1, 0])
})

it('says whether one was turned down or taken back', async () => {
  await press('waiting.takeBack')
  expect(toast).toHaveBeenCalledWith('knowledge.graph.waiting.did.takeBack')
  await press('waiting.dismiss')
  expect(toast).toHaveBeenLastCalledWith('knowledge.graph.waiting.did.dismiss')
})

it('knows what waits for a second person by the answer', () => {
  expect([isProposal(facts[0] as never), isProposal({ id: '1' } as never), isProposal(undefined)]).toEqual([true, false, false])
})
