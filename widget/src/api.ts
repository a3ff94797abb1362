// The visitor's REST calls. A refusal is a value; nothing here throws.

import type { Page, Receipt, SessionAnswer } from './protocol/types'

export type Answer<T> =
  | { ok: true, value: T }
  /** status 0: no answer at all. `wait`: what Retry-After asked for, in ms. */
  | { ok: false, status: number, code: string, wait: number }

export interface Asked {
  after?: number
  before?: number
  limit?: number
  wait?: number
}

export class Api {
  token = ''
  constructor(readonly base: string, private readonly locale: () => string) {}

  session(asked: object): Promise<Answer<SessionAnswer>> {
    return this.call('sessions', { ...asked, locale: this.locale() })
  }

  messages(asked: Asked, signal?: AbortSignal): Promise<Answer<Page>> {
    const query = Object.entries(asked).map(pair => pair.join('=')).join('&')
    return this.call(`messages?${query}`, undefined, signal, 15_000 + (asked.wait ?? 0) * 1000)
  }

  async send(message: { clientId: string, text: string, attachments?: string[] }): Promise<Answer<Receipt>> {
    const answer = await this.call<Omit<Receipt, 'conversation'> & { conversationId: string }>('messages', message)
    return answer.ok ? { ok: true, value: { ...answer.value, conversation: answer.value.conversationId } } : answer
  }

  tell(event: { type: 'typing', on: boolean } | { type: 'read', seq: number }): Promise<Answer<unknown>> {
    return this.call('events', event)
  }

  unread(): Promise<Answer<{ conversationId?: string, unread: number, seq: number }>> {
    return this.call('unread')
  }

  async call<T>(path: string, body?: object, outer?: AbortSignal, timeout = 15_000): Promise<Answer<T>> {
    const abort = new AbortController()
    const stop = () => abort.abort()
    const timer = setTimeout(stop, timeout)
    outer?.addEventListener('abort', stop)
    try {
      const answer = await fetch(`${this.base}/widget/v1/${path}`, {
        method: body ? 'POST' : 'GET',
        headers: {
          'accept-language': this.locale(),
          ...(body && { 'content-type': 'application/json' }),
          // A session is asked for without one: an expired token must lead to a new session, not to a refusal.
          ...(this.token && path !== 'sessions' && { authorization: `Bearer ${this.token}` }),
        },
        body: body && JSON.stringify(body),
        // No cookies: they would be third-party ones, and the token is all the server wants.
        credentials: 'omit', cache: 'no-store', signal: abort.signal,
      })
      const value = answer.status === 204 ? null : await answer.json().catch(() => null)
      // A page of somebody else's (a hotel's sign-in, a proxy's) also says 200.
      if (answer.ok && (value || answer.status === 204)) return { ok: true, value }
      if (answer.ok) throw value
      return { ok: false, status: answer.status, code: String(value?.code ?? answer.status), wait: Number(answer.headers.get('retry-after')) * 1000 || 0 }
    } catch {
      return { ok: false, status: 0, code: 'network', wait: 0 }
    } finally {
      clearTimeout(timer)
      outer?.removeEventListener('abort', stop)
    }
  }
}
