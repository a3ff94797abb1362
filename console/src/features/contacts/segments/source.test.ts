import { expect, it } from 'vitest'
import { conditionOn, opsOf, wordsIn } from './source'

it('starts each field with what can be said of it', () => {
  expect(conditionOn('tag')).toEqual({ field: 'tag', op: 'in', values: [] })
  expect(conditionOn('blocked')).toEqual({ field: 'blocked', op: 'is', values: ['true'] })
  expect(conditionOn('seen')).toEqual({ field: 'seen', op: 'within', values: ['30'] })
  expect(opsOf('field:level')).toEqual(['in', 'not_in'])
})

it('takes words apart at commas of both languages', () => {
  expect(wordsIn('vip, gold\uff0c \u8001\u5ba2\u6237\u3001')).toEqual(['vip', 'gold', '\u8001\u5ba2\u6237'])
})
