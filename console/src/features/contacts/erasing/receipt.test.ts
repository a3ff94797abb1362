import { expect, test } from 'vitest'
import { linesOf } from './receipt'

test('a receipt reads from the person to the index, without zeros and sums', () => {
  expect(linesOf({ searchTexts: 3, entries: 9, files: 0, contacts: 1, other: 2, messages: 4 }).map(line => line.store)).toEqual(['contacts', 'messages', 'searchTexts', 'other'])
})
