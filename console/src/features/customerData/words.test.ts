import { expect, it } from 'vitest'
import { lastEvent, money, wordOf } from './words'

const t = (key: string) => `[${key}]`

it('writes minor units as money of the locale', () => {
  expect(money(15900, 'CNY', 'zh-CN')).toBe('¥159.00')
  expect(money(15900, 'JPY', 'en')).toBe('¥15,900')
  expect(money(1999, 'USD', 'en')).toBe('$19.99')
})

it('takes the system\'s words first, then the firm\'s, then the contract\'s', () => {
  const dictionary = [{ kind: 'order', code: 'paid', zh: '待发货', en: 'To be sent', tone: 'warn' } as const, { kind: 'level', code: 'gold', zh: '金卡', en: 'Gold', tone: 'ok' } as const]
  expect(wordOf('order', 'paid', '备货中', dictionary, 'zh-CN', t)).toEqual({ text: '备货中', tone: 'warn' })
  expect(wordOf('order', 'paid', null, dictionary, 'zh-CN', t)).toEqual({ text: '待发货', tone: 'warn' })
  expect(wordOf('level', 'gold', null, dictionary, 'en', t)).toEqual({ text: 'Gold', tone: 'ok' })
  expect(wordOf('order', 'delivered', null, [], 'en', t)).toEqual({ text: '[customerData.code.order.delivered]', tone: 'ok' })
  expect(wordOf('order', 'toString', null, [], 'en', t).text).toBe('toString')
})

it('finds the newest event whatever the order', () => {
  expect(lastEvent([{ at: '2026-01-01T00:00:00Z' }, { at: '2026-01-03T00:00:00Z' }, { at: '2026-01-02T00:00:00Z' }])?.at).toBe('2026-01-03T00:00:00Z')
  expect(lastEvent(null)).toBeUndefined()
})
