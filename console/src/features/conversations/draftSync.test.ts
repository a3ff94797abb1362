import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Problem } from '@/api/client'
import type { Mode } from './drafts'
import { createDraftSync } from './draftSync'
import type { Draft } from './workbench'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** One server, as the API is. */
function server() {
  let kept: Draft = { kind: 'reply', version: 0, text: '' }
  return {
    get kept() { return kept },
    load: () => Promise.resolve(kept.version ? [kept] : []),
    save: (_: string, draft: Draft) => {
      if (draft.version !== kept.version) return Promise.reject(new Problem(409, 'draft_conflict', null))
      kept = { ...draft, version: draft.version + 1 }
      return Promise.resolve(kept)
    },
  }
}
function editor(at: ReturnType<typeof server>) {
  const texts = new Map<Mode, string>()
  const local = { get: (_: string, mode: Mode) => texts.get(mode) ?? '', set: (_: string, mode: Mode, text: string) => void texts.set(mode, text) }
  const sync = createDraftSync({ local, load: at.load, save: at.save })
  return { sync, text: () => local.get('c', 'reply'), type: (text: string) => { local.set('c', 'reply', text); sync.changed('c', 'reply') } }
}

test('what is typed is on the server within two seconds, and in another tab when it looks', async () => {
  const at = server()
  const [one, two] = [editor(at), editor(at)]
  await one.sync.pull('c')
  one.type('您好')
  await vi.advanceTimersByTimeAsync(2000)
  expect(at.kept.text).toBe('您好')
  await two.sync.pull('c')
  expect(two.text()).toBe('您好')
  two.type('您好，')
  await vi.advanceTimersByTimeAsync(2000)
  await one.sync.pull('c')
  expect(one.text()).toBe('您好，')
})

test('an empty editor takes what is there, and who types wins', async () => {
  const at = server()
  const [one, two] = [editor(at), editor(at)]
  await one.sync.pull('c')
  await two.sync.pull('c')
  one.type('first')
  await vi.advanceTimersByTimeAsync(2000)
  two.type('second')
  await vi.advanceTimersByTimeAsync(5000)
  expect([at.kept.text, two.text()]).toEqual(['second', 'second'])
  const fresh = editor(at)
  await fresh.sync.pull('c')
  await vi.advanceTimersByTimeAsync(5000)
  expect([fresh.text(), at.kept.text]).toEqual(['second', 'second'])
  fresh.type('')
  await vi.advanceTimersByTimeAsync(5000)
  expect(at.kept.text).toBe('')
})
