import { describe, expect, it } from 'vitest'
import { piecesOf } from './pieces'
import { addressOf, isNarrowed, questionOf } from './question'

describe('a snippet', () => {
  it('is cut at its marks', () => {
    expect(piecesOf({ text: '我要退款呢', marks: [[2, 4]] })).toEqual([{ text: '我要', marked: false }, { text: '退款', marked: true }, { text: '呢', marked: false }])
    expect(piecesOf({ text: '退款', marks: [[0, 2]] })).toEqual([{ text: '退款', marked: true }])
  })
  it('is shown whole whatever the marks say', () => {
    for (const marks of [[[3, 1]], [[0, 9]], [[-1, 2]], [[0, 2], [1, 3]]] as [number, number][][]) expect(piecesOf({ text: 'abc', marks }).map(piece => piece.text).join('')).toBe('abc')
  })
})

describe('the address', () => {
  it('says the question and back', () => {
    const question = { q: '退款 "a b"', type: 'messages', status: 'open', assignee: 'me', channel: '', since: '30', notes: false } as const
    expect(questionOf(addressOf(question) as Record<string, string>)).toEqual(question)
    expect(isNarrowed(question)).toBe(true)
  })
  it('leaves out what cannot be meant', () => {
    const question = questionOf({ q: ['a', 'b'], status: 'deleted', type: 'x', since: '3' })
    expect(question).toEqual({ q: '', type: 'conversations', status: '', assignee: '', channel: '', since: '', notes: true })
    expect(addressOf(question)).toEqual({})
    expect(isNarrowed(question)).toBe(false)
  })
})
