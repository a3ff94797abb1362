import { createI18n } from 'vue-i18n'
import { describe, expect, it } from 'vitest'
import type { EventItem } from '@/api/types'
import en from '@/locales/en/conversations.json'
import zh from '@/locales/zh-CN/conversations.json'
import { eventText } from './eventText'

const item = (sender: string, event: object) => ({
  id: '1', conversationId: 'c', seq: 1, prev: 0, at: '', kind: 'event', sender: { kind: 'agent', id: sender, name: sender }, event,
}) as unknown as EventItem
const t = (locale: 'en' | 'zh-CN') => createI18n({ locale, messages: { en: { conversations: en }, 'zh-CN': { conversations: zh } } }).global.t as never

describe('a line about what was done', () => {
  it('puts a space between a Latin name and Chinese words', () => {
    const assigned = item('Emily', { type: 'assigned', to: { id: 'Emily', name: 'Emily' } })
    expect(eventText(assigned, t('zh-CN'), undefined)).toBe('Emily 接手了会话')
    expect(eventText(item('陈雨', { type: 'assigned', to: { id: 'x', name: 'Bob' } }), t('zh-CN'), undefined)).toBe('陈雨把会话分配给了 Bob')
    expect(eventText(item('陈雨', { type: 'assigned', to: { id: '陈雨', name: '陈雨' } }), t('zh-CN'), undefined)).toBe('陈雨接手了会话')
  })

  it('leaves English as it is', () => {
    expect(eventText(item('Emily', { type: 'assigned', to: { id: 'x', name: 'Bob' } }), t('en'), undefined)).toMatch(/^Emily [a-z ]+ Bob$/)
  })
})
