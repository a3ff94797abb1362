import { expect, it } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import type { Mark } from '@/lib/formatted'
import { useShownMarks } from './useShownMarks'

function opened() {
  const [id, shows, texts] = [ref('a'), ref<readonly Mark[] | null>(['bold', 'italic']), ref<Record<string, string>>({})]
  const draft = { get: () => texts.value[id.value] ?? '', set: (text: string) => { texts.value[id.value] = text } }
  const shown = effectScope().run(() => useShownMarks({ id: () => id.value, shows: () => shows.value, draft }))!
  return { id, shows, texts, shown, go: async (to: string, marks: readonly Mark[] | null) => { [id.value, shows.value] = [to, marks]; await nextTick() }, learn: async (marks: readonly Mark[]) => { shows.value = marks; await nextTick() } }
}

it('has the marks of a channel that is known at once', async () => {
  const { shown, go } = opened()
  expect(shown.value).toEqual(['bold', 'italic'])
  await go('b', [])
  expect(shown.value).toEqual([])
})

it('makes of what was written meanwhile what it looked like', async () => {
  const { shown, texts, go, learn } = opened()
  texts.value['b'] = '\\*'
  await go('b', null)
  expect(shown.value).toEqual(['bold', 'italic'])
  texts.value['b'] = '\\* **wichtig**' // the field escapes what is meant as a sign
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
