import { describe, expect, it } from 'vitest'
import { applyMark } from '@/lib/marks'
import { emptyContent, linesOf, replaceAnswer, wishOf, withLanguage } from './drafting'

describe('drafting', () => {
  it('adds a language once and keeps what is there', () => {
    const one = withLanguage(emptyContent('faq', 'zh-CN'), 'faq', 'en')
    expect(one.wordings.map(wording => wording.language)).toEqual(['zh-CN', 'en'])
    expect(withLanguage(one, 'faq', 'en-GB')).toBe(one)
  })
  it('asks only for what was written', () => {
    const content = { ...withLanguage(emptyContent('faq', 'zh-CN'), 'faq', 'en'), validTo: Date.UTC(2026, 0, 1) }
    content.wordings[0]!.question = '多久到账'
    content.answers[0]!.text = '三天'
    const wish = wishOf('faq', { content, category: null }) as { wordings: unknown[]; answers: unknown[]; validTo: string; validFrom: null }
    expect([wish.wordings.length, wish.answers.length, wish.validTo, wish.validFrom]).toEqual([1, 1, '2026-01-01T00:00:00.000Z', null])
  })
  it('takes an answer out', () => expect(replaceAnswer(emptyContent('faq', 'en'), 0, null).answers).toEqual([]))
  it('marks words and lines, and takes the mark of a line away again', () => {
    expect(applyMark('a bc d', 2, 4, { before: '**' })).toEqual({ text: 'a **bc** d', select: [4, 6] })
    const listed = applyMark('one\ntwo', 0, 7, { before: '- ', line: true })
    expect(listed.text).toBe('- one\n- two')
    expect(applyMark(listed.text, ...listed.select, { before: '- ', line: true }).text).toBe('one\ntwo')
  })
  it('reads lines', () => expect(linesOf(' a \n\nb\na')).toEqual(['a', 'b']))
})
