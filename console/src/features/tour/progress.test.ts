import { expect, it } from 'vitest'
import { progressOf } from './progress'

it('ends with the first answered chat, whoever else was invited', () => {
  expect(progressOf({ channels: 0, colleagues: 1, conversations: 0, answered: false })).toMatchObject({ next: 'channel', finished: false, count: 0 })
  expect(progressOf({ channels: 1, colleagues: 1, conversations: 0, answered: false })).toMatchObject({ next: 'first', count: 1 })
  expect(progressOf({ channels: 1, colleagues: 3, conversations: 4, answered: false })).toMatchObject({ next: 'answer', count: 3 })
  expect(progressOf({ channels: 1, colleagues: 1, conversations: 1, answered: true })).toMatchObject({ next: null, finished: true, count: 3 })
})
