import { expect, it } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import type { Mark } from '@/lib/formatted'
import { useShownMarks } from './useShownMarks'

function opened() {
  const [id, shows, texts] = [ref('a'), ref<readonly Mark[] | null>(['bold', 'italic']), ref<Record<string, string>>({})]
  const drafts = { get: (of: string) => texts.value[of] ?? '', set: (of: string, _: string, text: string) => { texts.value[of] = text } }
  const { shown, written } = effectScope().run(() => useShownMarks({ id: () => id.value, shows: () => shows.value, drafts }))!
  const type = (text: string) => written(text, { id: id.value, mode: 'reply' })
  return { id, shows, texts, shown, type, go: async (to: string, marks: readonly Mark[] | null) => { [id.value, shows.value] = [to, marks]; await nextTick() }, learn: async (marks: readonly Mark[]) => { shows.value = marks; await nextTick() } }
}

it('has the marks of a channel that is known at once', async () => {
  const { shown, go } = opened()
  expect(shown.value).toEqual(['bold', 'italic'])
  await go('b', [])
  expect(shown.value).toEqual([])
})

it('makes of what was written meanwhile what it looked like', async () => {
  const { shown, texts, type, go, learn } = opened()
  await go('b', null)
  expect(shown.value).toEqual(['bold', 'italic'])
  type('\\*')
  type('\\* **wichtig**') // the field escapes what is meant as a sign
  await learn([])
  expect([shown.value, texts.value['b']]).toEqual([[], '* wichtig'])
})

it('leaves alone what stood there and was not touched', async () => {
  const { texts, go, learn } = opened()
  texts.value['b'] = '2 **x** \\*'
  await go('b', null)
  await learn([])
  expect(texts.value['b']).toBe('2 **x** \\*')
  await go('c', null)
  texts.value['c'] = 'a\\*'
  await go('d', [])
  expect(texts.value).toEqual({ b: '2 **x** \\*', c: 'a\\*' })
})

it('leaves the marks alone that came from the server or another tab meanwhile', async () => {
  const { texts, type, go, learn } = opened()
  await go('a', [])
  await go('b', null)
  type('draft')
  texts.value['b'] = '**dear** you' // heard
  await learn(['bold'])
  expect(texts.value['b']).toBe('**dear** you')
  await go('c', [])
  await go('d', null)
  texts.value['d'] = '**dear** you' // pulled
  type('**dear** you, *so*')
  await learn(['bold', 'italic'])
  expect(texts.value['d']).toBe('**dear** you, \\*so\\*')
})
