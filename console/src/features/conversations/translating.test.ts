import { beforeEach, describe, expect, it, vi } from 'vitest'
import { languageName, useTranslating } from './translating'

const post = vi.fn()
const toast = vi.hoisted(() => vi.fn())
vi.mock('@/api/http', () => ({ useHttp: () => ({ post }) }))
vi.mock('@/api/useProblem', () => ({ useProblemText: () => () => 'no model' }))
vi.mock('@/ui', () => ({ showToast: toast }))

const answer = { text: '您好', from: 'en', to: 'zh-Hans', by: 'stub' }
beforeEach(() => { post.mockReset(); toast.mockReset(); useTranslating().forget('c', 1) })

describe('the translation of a message', () => {
  it('is asked for once, hidden and shown again', async () => {
    post.mockResolvedValue(answer)
    const translating = useTranslating()
    const asking = translating.toggle('c', 1)
    expect(translating.of('c', 1)?.state).toBe('asking')
    await translating.toggle('c', 1) // an impatient click asks nothing
    await asking
    expect(translating.of('c', 1)).toEqual({ state: 'shown', ...answer })
    await translating.toggle('c', 1)
    expect(translating.of('c', 1)?.state).toBe('hidden')
    await translating.toggle('c', 1)
    expect(translating.of('c', 1)?.state).toBe('shown')
    expect(post).toHaveBeenCalledTimes(1)
    expect(post).toHaveBeenCalledWith('/api/v1/conversations/c/translations', { seq: 1 })
  })
  it('that does not come is said, and can be asked for again', async () => {
    post.mockRejectedValue(new Error())
    await useTranslating().toggle('c', 1)
    expect(useTranslating().of('c', 1)).toBeUndefined()
    expect(toast).toHaveBeenCalledWith('no model', { tone: 'bad' })
    expect(await useTranslating().draft('c', 'hi')).toBeNull()
  })
})

it('names languages as people do', () => {
  expect(languageName('en', 'zh-CN')).toBe('英语')
  expect(languageName('und', 'en')).toBe('')
  expect(languageName('not a tag', 'en')).toBe('not a tag')
})
