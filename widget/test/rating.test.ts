import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Api } from '../src/api'
import type { Chat } from '../src/chat'
import { languages } from '../src/i18n'
import type { Item, LogEvent } from '../src/protocol/types'
import { mount } from '../src/rating/rating'
import { mayChange, ratingOf } from '../src/rating/state'
import { en, zhCN } from '../src/rating/texts'
import { timeline } from '../src/view/timeline'
import { Conversation } from './server'

const hour = 3600_000
const event = (type: 'rating_requested' | { score: number, comment?: string }): Partial<Item> =>
  ({ kind: 'event', event: (typeof type === 'string' ? { type } : { type: 'rated', ...type }) as LogEvent })

describe('what the log says about the rating', () => {
  const read = (...events: Parameters<typeof event>[0][]) => {
    const server = new Conversation('A')
    for (const one of events) server.add(event(one))
    return ratingOf(server.items)
  }
  it('is nothing before it was asked', () => {
    expect(read()).toBeNull()
    expect(read({ score: 3 })).toBeNull()
  })
  it('is the last answer to the last question, and the day counts from the first', () => {
    expect(read('rating_requested')).toEqual({ asked: 'A.1', given: null, since: 0 })
    expect(read('rating_requested', { score: 2 }, { score: 4, comment: 'kind' })).toEqual({ asked: 'A.1', given: { score: 4, comment: 'kind' }, since: Date.UTC(2026, 10, 22, 0, 0, 2) })
    expect(read('rating_requested', { score: 2 }, 'rating_requested')).toEqual({ asked: 'A.3', given: null, since: 0 })
  })
  it('may be changed for a day', () => {
    const rating = { asked: 'A.1', given: null, since: 1000 }
    expect(mayChange(rating, 1000 + 24 * hour)).toBe(true)
    expect(mayChange(rating, 1001 + 24 * hour)).toBe(false)
    expect(mayChange({ ...rating, since: 0 }, 100 * hour)).toBe(true)
  })
})

it('has the same texts in both languages', () => {
  expect(Object.keys(en)).toEqual(Object.keys(zhCN))
  expect([en.scores.length, zhCN.scores.length]).toEqual([5, 5])
  for (const text of Object.values(en)) expect(String(typeof text === 'function' ? text(2) : text)).not.toMatch(/\p{Script=Han}/u)
})

it('has a place in the log behind the note that the conversation has ended', () => {
  const server = new Conversation('A')
  server.add()
  server.add({ kind: 'event', event: { type: 'status', from: 'open', to: 'resolved' } })
  server.add(event('rating_requested'))
  server.add(event({ score: 5 }))
  const log = { conversation: 'A', seq: 4, items: server.items, older: false, past: [] }
  const rows = timeline({ log, outgoing: [], hello: undefined, title: '', lang: 'en', t: languages.en, now: new Date() })
  expect(rows.slice(-2).map(row => row.kind)).toEqual(['note', 'rating'])
})

describe('the card', () => {
  let server: Conversation
  let panel: HTMLElement
  let draw: (lang: string) => void
  let answers: { status: number, code?: string }[]
  let asked: { path: string, body?: { score: number, comment: string }, token: string }[]
  let signIns: number

  beforeEach(() => {
    // Of the clock alone: what is awaited goes on.
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 1), toFake: ['Date'] })
    server = new Conversation('A')
    server.add()
    answers = []
    asked = []
    signIns = 0
    const api = new Api('https://chat.example', () => 'en')
    api.token = 'T'
    vi.stubGlobal('fetch', async (url: string, { headers, body }: { headers: Record<string, string>, body?: string }) => {
      asked.push({ path: url.slice('https://chat.example/widget/v1/'.length), body: body && JSON.parse(body), token: headers.authorization ?? '' })
      const { status, code } = answers.shift() ?? { status: 204 }
      return new Response(status === 204 ? null : JSON.stringify({ code }), { status })
    })
    const visitor = { signIn: async () => { signIns++; api.token = 'T2'; return { ok: true } } }
    const chat = { api, visitor, history: { get log() { return { items: server.items } } } } as unknown as Chat
    const host = document.createElement('div')
    const root = host.attachShadow({ mode: 'open' })
    panel = document.createElement('div')
    panel.lang = 'en'
    root.append(panel)
    document.body.append(host)
    draw = mount(panel, chat, () => {})
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    document.body.replaceChildren()
  })

  const ask = () => {
    server.add(event('rating_requested'))
    const place = document.createElement('div')
    place.className = 'rating'
    panel.append(place)
    draw('en')
    return place
  }
  const card = () => panel.querySelector<HTMLElement>('.rate')!
  const pick = (score: number) => card().querySelectorAll('input')[score - 1]!.click()
  const button = (text: string) => [...card().querySelectorAll('button')].find(one => one.textContent === text && !one.closest('[hidden]'))
  const press = async (text: string) => {
    button(text)!.click()
    await vi.waitFor(() => { expect(button(en.sending)).toBeUndefined(); expect(card().querySelector('button:disabled')).toBeNull() })
  }
  const shows = () => [...card().querySelectorAll('p, legend')].filter(one => !one.closest('[hidden]')).map(one => one.textContent).filter(Boolean)

  it('asks with five named stars, and for words when one was picked', () => {
    expect(card()).toBeNull()
    expect(ask().firstElementChild).toBe(card())
    const stars = [...card().querySelectorAll('input')]
    expect(stars.map(star => star.ariaLabel)).toEqual(['1 star, Very bad', '2 stars, Bad', '3 stars, Fair', '4 stars, Good', '5 stars, Very good'])
    expect(new Set(stars.map(star => `${star.type} ${star.name}`)).size).toBe(1)
    expect(card().querySelector('textarea')!.hidden).toBe(true)
    expect(button(en.send)).toBeUndefined()
    pick(4)
    expect(card().querySelectorAll('label.lit').length).toBe(4)
    expect(card().querySelector('textarea')!.hidden).toBe(false)
    expect(button(en.send)).toBeDefined()
    draw('zh-CN')
    expect(stars[3]!.ariaLabel).toBe('4 星, 满意')
    expect(card().querySelectorAll('label.lit').length).toBe(4)
  })

  it('sends, thanks before the log says it, and is changed', async () => {
    ask()
    pick(2)
    card().querySelector('textarea')!.value = ' slow '
    await press(en.send)
    expect(asked).toEqual([{ path: 'events', body: { type: 'rating', score: 2, comment: 'slow' }, token: 'Bearer T' }])
    expect(shows()).toEqual([en.thanks, 'slow'])
    server.add(event({ score: 2, comment: 'slow' }))
    draw('en')
    expect(shows()).toEqual([en.thanks, 'slow'])
    await press(en.change)
    expect([card().querySelectorAll('input')[1]!.checked, card().querySelector('textarea')!.value]).toEqual([true, 'slow'])
    pick(5)
    await press(en.send)
    expect(asked.at(-1)!.body).toEqual({ type: 'rating', score: 5, comment: 'slow' })
    expect(card().querySelector('[role=img]')!.ariaLabel).toBe(en.given(5))
  })

  it('shows what was given before a reload or in another tab, and no change after a day', () => {
    ask()
    server.add(event({ score: 3 }))
    draw('en')
    expect(shows()).toEqual([en.thanks])
    expect(button(en.change)).toBeDefined()
    vi.setSystemTime(Date.UTC(2026, 10, 23, 2))
    draw('en')
    expect(button(en.change)).toBeUndefined()
  })

  it('keeps what was written when it could not be sent, and says so', async () => {
    ask()
    pick(1)
    card().querySelector('textarea')!.value = 'never came'
    answers = [{ status: 503 }]
    await press(en.send)
    expect(shows()).toContain(en.failed)
    draw('zh-CN')
    expect(shows()).toContain(zhCN.failed)
    draw('en')
    expect(card().querySelector('textarea')!.value).toBe('never came')
    await press(en.send)
    expect(shows()).toEqual([en.thanks, 'never came'])
  })

  it('signs in anew when the token has run out', async () => {
    ask()
    pick(5)
    answers = [{ status: 401, code: 'unauthenticated' }]
    await press(en.send)
    expect(signIns).toBe(1)
    expect(asked.map(one => one.token)).toEqual(['Bearer T', 'Bearer T2'])
    expect(shows()).toEqual([en.thanks])
  })

  it('says that the day is over when the server says so', async () => {
    ask()
    server.add(event({ score: 3 }))
    draw('en')
    await press(en.change)
    pick(1)
    answers = [{ status: 409, code: 'rating_closed' }]
    await press(en.send)
    expect(shows()).toEqual([en.thanks, en.ended])
    expect(card().querySelector('[role=img]')!.ariaLabel).toBe(en.given(3))
    expect(button(en.change)).toBeUndefined()
  })

  it('moves to the next question and begins anew', async () => {
    ask()
    pick(4)
    await press(en.send)
    const next = ask()
    expect(next.firstElementChild).toBe(card())
    expect(panel.querySelectorAll('.rate').length).toBe(1)
    expect(shows()).toEqual([en.ask])
    expect(card().querySelector('input:checked')).toBeNull()
  })

  it('saves the transcript by the token, never by an address that holds it', async () => {
    ask()
    const saved: string[] = []
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) { saved.push(this.download) })
    vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:x')
    answers = [{ status: 400 }, { status: 200 }]
    await press(en.transcript)
    expect(asked.map(one => one.token)).toEqual(['Bearer T', 'Bearer T'])
    expect(asked[0]!.path).toMatch(/^transcript\?timeZone=/)
    expect(asked[1]!.path).toBe('transcript')
    expect(saved).toEqual([expect.stringMatching(/^transcript-2026-11-2\d\.html$/)])
    answers = [{ status: 500 }]
    await press(en.transcript)
    expect(shows()).toContain(en.noFile)
    expect(saved.length).toBe(1)
  })
})
