import { expect, it } from 'vitest'
import { readPreferences } from './store'

const store = (text: string | null) => ({ read: () => text, write: () => {}, keys: () => [] })

it('follows the browser\'s language until another is chosen', () => {
  expect(readPreferences(store(null), ['fr', 'zh-TW', 'en']).locale).toBe('zh-CN')
  expect(readPreferences(store(null), ['en-GB', 'zh-CN']).locale).toBe('en')
  expect(readPreferences(store('{"locale":"zh-CN"}'), ['en']).locale).toBe('zh-CN')
})

it('survives what it cannot read', () => {
  expect(readPreferences(store('{"theme":"pink","density":5'), ['zh']).theme).toBe('system')
  expect(readPreferences(store('{"theme":"pink","density":"compact"}'), ['zh'])).toMatchObject({ theme: 'system', density: 'compact' })
})
