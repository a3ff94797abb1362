import { expect, test } from 'vitest'
import { insertMention, mentionAt, namedIn } from './mentions'

test('an @ begins a mention, an address does not', () => {
  expect(mentionAt('请@林', 3)).toEqual({ from: 1, word: '林' })
  expect(mentionAt('@', 1)).toEqual({ from: 0, word: '' })
  expect(mentionAt('see @wa later', 7)).toEqual({ from: 4, word: 'wa' })
  expect(mentionAt('mail a@b.example', 16)).toBeNull()
  expect(mentionAt('@wang said', 10)).toBeNull()
})

test('the name takes the place of the word, and only who is still named is told', () => {
  expect(insertMention('请@林看', 3, 1, '林晓')).toEqual({ text: '请@林晓 看', caret: 5 })
  expect(namedIn('@林晓 看', new Map([['a', '林晓'], ['b', 'Wang']]))).toEqual(['a'])
})
