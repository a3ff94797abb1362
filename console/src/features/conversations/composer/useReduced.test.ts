import { expect, it } from 'vitest'
import { computed, effectScope, nextTick, ref } from 'vue'
import type { Mark } from '@/lib/formatted'
import { allMarks } from './rich/marks'
import { useReduced } from './useReduced'

function writing(first: string) {
  const [place, by, texts] = [ref('a:reply'), ref(''), ref<Record<string, string>>({ 'a:reply': first, 'b:reply': '2 \\*x\\*' })]
  const showing = computed<readonly Mark[]>(() => (by.value === 'sms' ? [] : by.value === 'slack' ? ['bold'] : allMarks))
  const text = computed({ get: () => texts.value[place.value]!, set: now => { texts.value[place.value] = now } })
  const lost = effectScope().run(() => useReduced({ place, text, showing, by: () => by.value, back: () => { by.value = '' } }))!
  return { place, by, text, texts, lost }
}

it('takes out what the other channel does not show, says so, and gives it back', async () => {
  const { by, text, lost } = writing('**a** [b](https://c.d)')
  by.value = 'sms'
  expect(text.value).toBe('a b (https://c.d)')
  await nextTick()
  expect(lost.value?.place).toBe('a:reply')
  lost.value?.undo()
  expect([text.value, lost.value]).toEqual(['**a** [b](https://c.d)', null])
  by.value = 'slack'
  expect(text.value).toBe('**a** b (https://c.d)')
  by.value = '' // without the button too
  expect(text.value).toBe('**a** [b](https://c.d)')
})

it('keeps what was written on, as words', async () => {
  const { by, text, lost } = writing('**a**')
  by.value = 'sms'
  text.value += ' *b*'
  await nextTick()
  expect(lost.value).toBeNull()
  by.value = ''
  expect(text.value).toBe('a \\*b\\*')
})

it('says nothing where nothing was lost, and never touches another conversation', async () => {
  const { place, by, text, texts, lost } = writing('a')
  by.value = 'sms'
  expect([text.value, lost.value]).toEqual(['a', null])
  place.value = 'b:reply'
  await nextTick()
  expect(texts.value).toEqual({ 'a:reply': 'a', 'b:reply': '2 \\*x\\*' })
})
