import type { Answer, Api } from './api'
import type { SessionAnswer } from './protocol/types'
import type { Store } from './storage'

/** Who this browser is to the channel: a signed token, kept per channel. */
export class Visitor {
  constructor(private readonly api: Api, private readonly store: Store, private readonly channel: string) {
    this.api.token = store.get('token') ?? ''
  }

  get known(): boolean { return this.api.token !== '' }

  async signIn(): Promise<Answer<SessionAnswer>> {
    const had = this.store.get('token') ?? ''
    let answer = await this.ask(had)
    // Two tabs that open the chat for the first time at once would be two visitors. The first one to store wins.
    const other = this.store.get('token') ?? ''
    if (answer.ok && other && other !== had) answer = await this.ask(other)
    if (!answer.ok) return answer
    this.api.token = answer.value.visitorToken
    if (this.api.token !== this.store.get('token')) this.store.set('token', this.api.token)
    return answer
  }

  private ask(token: string): Promise<Answer<SessionAnswer>> {
    // Path only: queries and fragments of a shop hold what is none of our business (searches, reset links).
    return this.api.session(this.channel, token, location.origin + location.pathname)
  }
}
