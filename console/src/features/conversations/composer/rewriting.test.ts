import { expect, it } from 'vitest'
import { allMarks } from './rich/marks'
import { useRewriting } from './rewriting'

it('keeps marks as marks and signs as signs', () => {
  const marked = useRewriting({ text: '**a** \\*', marked: true }, allMarks)
  expect([marked.text.value, marked.changed()]).toEqual(['**a** \\*', false])
  marked.text.value = '**a** b'
  expect([marked.said(), marked.changed()]).toEqual([{ text: '**a** b', format: 'markdown' }, true])
  marked.text.value = 'a \\* b'
  expect(marked.said()).toEqual({ text: 'a * b', format: 'markdown' }) // a lonely star is none
  marked.text.value = '\\*a\\*'
  expect(marked.said()).toEqual({ text: '\\*a\\*', format: 'markdown' })

  const plain = useRewriting({ text: '2 *3* 4', marked: false }, allMarks)
  expect(plain.text.value).toBe('2 \\*3\\* 4')
  expect(plain.said()).toEqual({ text: '2 *3* 4', format: undefined })
  plain.text.value += ' **x**'
  expect(plain.said()).toEqual({ text: '2 \\*3\\* 4 **x**', format: 'markdown' })

  const bare = useRewriting({ text: '2 *3* 4', marked: false }, [])
  expect([bare.text.value, bare.said()]).toEqual(['2 *3* 4', { text: '2 *3* 4', format: undefined }])
})
