import { describe, expect, it } from 'vitest'
import { languages, pickLang } from '../src/i18n'
import { en } from '../src/i18n/en'
import { zhCN } from '../src/i18n/zh-CN'
import type { Outgoing } from '../src/outbox'
import { emptyLog, type Log } from '../src/protocol/log'
import type { LogEvent } from '../src/protocol/types'
import { autolink } from '../src/view/autolink'
import { contrast, readableOn, textOn, validColour } from '../src/view/colour'
import { timeline, type MessageRow, type Row } from '../src/view/timeline'
import { Conversation, dice } from './server'

describe('languages', () => {
  it('have the same texts, none empty, none left in the other language', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zhCN).sort())
    for (const [lang, messages] of Object.entries(languages))
      for (const [key, message] of Object.entries(messages)) {
        const text = typeof message === 'function' ? (message as (value: never) => string)(3 as never) : message
        expect(text, `${lang} ${key}`).not.toBe('')
        expect(/\p{Script=Han}/u.test(text), `${lang} ${key}`).toBe(lang === 'zh-CN')
      }
  })

  it('are picked by the first wish that names one', () => {
    expect(pickLang('', 'auto', undefined, 'en-GB')).toBe('en')
    expect(pickLang('', 'auto', 'zh-TW', 'en')).toBe('zh-CN')
    expect(pickLang('en', 'zh-CN')).toBe('en')
    expect(pickLang('fr')).toBe('en')
    expect(pickLang()).toBe('zh-CN')
  })
})

describe('links in text', () => {
  it.each([
    ['看 https://a.cn/x?y=1。谢谢', ['看 ', ['https://a.cn/x?y=1'], '。谢谢']],
    ['(https://a.cn/b_(c))', ['(', ['https://a.cn/b_(c)'], ')']],
    ['链接https://a.cn查看', ['链接', ['https://a.cn'], '查看']],
    ['https://a.cn, http://b.cn!', [['https://a.cn'], ', ', ['http://b.cn'], '!']],
    ['javascript:alert(1) data:text/html,x ftp://a.cn', ['javascript:alert(1) data:text/html,x ftp://a.cn']],
    ['https://', ['https://']],
    ['<img src=x onerror=alert(1)>', ['<img src=x onerror=alert(1)>']],
  ])('%s', (text, expected) => {
    expect(autolink(text).map(part => typeof part === 'string' ? part : [part.text])).toEqual(expected)
    expect(autolink(text).map(part => typeof part === 'string' ? part : part.text).join('')).toBe(text)
    for (const part of autolink(text)) if (typeof part !== 'string') expect(part.href).toMatch(/^https?:\/\//)
  })
})

describe('colours', () => {
  it('measures like WCAG', () => {
    expect(contrast('#ffffff', '#000000')).toBeCloseTo(21)
    expect(contrast('#ffffff', '#767676')).toBeCloseTo(4.54, 2)
  })

  it('finds readable text for every brand colour', () => {
    const roll = dice(7)
    for (let i = 0; i < 2000; i++) {
      const brand = '#' + roll(0x1000000).toString(16).padStart(6, '0')
      expect(contrast(textOn(brand), brand), brand).toBeGreaterThanOrEqual(4.5)
      for (const surface of ['#ffffff', '#f2f4f7', '#131922', '#1f2834'])
        expect(contrast(readableOn(brand, surface), surface), `${brand} on ${surface}`).toBeGreaterThanOrEqual(4.5)
    }
  })

  it('takes nothing that is not a colour', () => {
    expect(validColour('red;background:url(//x)')).toBe('#1f5fd1')
    expect(validColour('#ABCDEF')).toBe('#ABCDEF')
  })
})

describe('the timeline', () => {
  const at = (log: Partial<Log>, outgoing: Outgoing[] = []) =>
    timeline({ log: { ...emptyLog, ...log }, outgoing, hello: { text: '您好' }, title: '客服', lang: 'zh-CN', t: zhCN, now: new Date('2026-11-22T12:00:00Z') })
  const messages = (rows: Row[]) => rows.filter((row): row is MessageRow => row.kind === 'message')
  const event = (event: unknown) => ({ kind: 'event' as const, direction: undefined, text: undefined, event: event as LogEvent })

  it('greets where the history begins, and only there', () => {
    expect(at({})[0]).toMatchObject({ key: 'greeting', text: '您好' })
    expect(at({ older: true })).toEqual([])
  })

  it('derives "read" from the events, and says it once', () => {
    const server = new Conversation('A')
    const mine = { direction: 'in' as const }
    for (let i = 0; i < 3; i++) server.add({ ...mine, clientId: `c${i}` })
    server.add(event({ type: 'read', by: 'agent', upTo: 2 }))
    expect(messages(at(server.newest(9).items.length ? { items: server.items } : {})).map(row => row.state)).toEqual(['', '', zhCN.read, zhCN.sent])
  })

  it('tells who joined, ended and reopened, and passes over what it does not know', () => {
    const server = new Conversation('A')
    for (const each of [{ type: 'created' }, { type: 'assigned', to: { name: '林晓' } }, { type: 'assigned', to: null }, { type: 'status', from: 'open', to: 'resolved' }, { type: 'status', from: 'resolved', to: 'queued' }, { type: 'moved-to-mars' }])
      server.add(event(each))
    expect(at({ items: server.items }).filter(row => row.kind === 'note').map(row => 'text' in row && row.text)).toEqual(['林晓 为您服务', zhCN.resolved, zhCN.reopened])
  })

  it('keeps the key of a message from the outbox to the log', () => {
    const entry: Outgoing = { clientId: 'c1', text: 'x', at: Date.parse('2026-11-22T10:00:00Z'), state: 'sending' }
    const server = new Conversation('A')
    server.add({ direction: 'in', clientId: 'c1', text: 'x' })
    expect(messages(at({}, [entry])).at(-1)).toMatchObject({ key: 'c1', pending: true, state: zhCN.sending })
    expect(messages(at({ items: server.items })).at(-1)).toMatchObject({ key: 'c1', pending: false, state: zhCN.sent })
  })

  it('shows every waiting message as waiting, and why one failed', () => {
    const entry = (state: Outgoing['state'], rest: Partial<Outgoing> = {}): Outgoing => ({ clientId: state, text: 'x', at: 0, state, ...rest })
    const rows = messages(at({}, [entry('waiting'), entry('waiting', { clientId: 'second' }), entry('failed', { final: true, code: 'message_too_long' })]))
    expect(rows.slice(1).map(row => row.pending)).toEqual([true, true, false])
    expect(rows.at(-1)?.failed).toEqual({ clientId: 'failed', final: true, reason: zhCN.tooLong })
  })
})
