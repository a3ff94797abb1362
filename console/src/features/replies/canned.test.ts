import { describe, expect, it } from 'vitest'
import { cannedAt, fillIn, findCanned, gapsIn } from './canned'

describe('canned replies', () => {
  it('are looked for behind a slash that begins a word', () => {
    expect(cannedAt('/He', 3)).toEqual({ from: 0, word: 'he' })
    expect(cannedAt('您好 /退', 5)).toEqual({ from: 3, word: '退' })
    expect(cannedAt('a\n/', 3)).toEqual({ from: 2, word: '' })
    expect(cannedAt('1/2', 3)).toBeNull()
    expect(cannedAt('https://x', 9)).toBeNull()
    expect(cannedAt('/he llo', 7)).toBeNull()
  })

  it('have their places filled, and what is not known stands out', () => {
    expect(fillIn('您好，{{contact.name}}！我是{{ agent.name }}', { 'contact.name': '李雷', 'agent.name': '林晓' })).toEqual({ text: '您好，李雷！我是林晓', gaps: [] })
    expect(fillIn('Hi {{contact.name|there}}', { 'contact.name': null })).toEqual({ text: 'Hi there', gaps: [] })
    expect(fillIn('{{order.number}} {{nonsense', {})).toEqual({ text: '[order.number] {{nonsense', gaps: ['order.number'] })
    expect(fillIn('{{contact.name}}', { 'contact.name': '{{agent.name}}$&' }).text).toBe('{{agent.name}}$&')
  })

  it('are found by shortcut before title and text', () => {
    const all = [{ shortcut: 'x', title: 'refund', body: '' }, { shortcut: 'myrefund', title: '', body: '' }, { shortcut: 'refund', title: '', body: '' }, { shortcut: 'y', title: '', body: 'Refund' }, { shortcut: 'z', title: '', body: '' }]
    expect(findCanned(all, 'refund').map(one => one.shortcut)).toEqual(['refund', 'myrefund', 'x', 'y'])
  })
})

it('finds the places that nobody filled in, and nothing else', () => {
  expect(gapsIn('订单 [order.number] 已发给 [contact.name]')).toEqual([{ from: 3, to: 17, name: '[order.number]' }, { from: 22, to: 36, name: '[contact.name]' }])
  expect(gapsIn('[1] 见附件 [图片] [ok]')).toEqual([])
  expect(gapsIn(fillIn('{{order.number}} 好了', { 'order.number': 'QQ1' }).text)).toEqual([])
})
