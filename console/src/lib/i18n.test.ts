import { expect, it } from 'vitest'
import { createI18n } from './i18n'

const make = () => createI18n<'zh-CN' | 'en'>({ locale: 'zh-CN', fallbackLocale: 'zh-CN', messages: { 'zh-CN': { a: { b: '你好，{name}！', list: ['一', '二'] }, only: '只有中文' } } }).global

it('finds texts by their path and fills their places', () => {
  const { t, te, tm } = make()
  expect(t('a.b', { name: '李雷' })).toBe('你好，李雷！')
  expect(t('a.b', { name: '$& {name}' })).toBe('你好，$& {name}！')
  expect(t('a.b')).toBe('你好，！')
  expect(tm('a.list')).toEqual(['一', '二'])
  expect([te('a.b'), te('a.c'), te('a')]).toEqual([true, false, false])
})

it('falls back, and shows the key of what is nowhere', () => {
  const i18n = make()
  i18n.setLocaleMessage('en', { a: { b: 'Hello, { name }!' } })
  i18n.locale.value = 'en'
  expect(i18n.t('a.b', { name: 0 })).toBe('Hello, 0!')
  expect(i18n.t('only')).toBe('只有中文')
  expect(i18n.t('nowhere.at')).toBe('nowhere.at')
  expect(i18n.n(12345.5)).toBe('12,345.5')
})

it('adds texts that come later without losing those that are there', () => {
  const i18n = make()
  i18n.mergeLocaleMessage('zh-CN', { a: { c: '再见' } })
  expect([i18n.t('a.b', { name: 'x' }), i18n.t('a.c')]).toEqual(['你好，x！', '再见'])
})
