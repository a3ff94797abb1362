import type { Answer, Api } from './api'
import type { SessionAnswer } from './protocol/types'
import type { Store } from './storage'

/** Who this browser is to the channel: a signed token, kept per channel once the visitor has done something. */
export class Visitor {
  /** What the site has signed about them, until the server has seen it. */
  user: unknown
  /** What they answered to the notice, likewise. */
  notice: unknown
  private kept: boolean

  constructor(private readonly api: Api, private readonly store: Store, private readonly channel: string) {
    this.api.token = store.get('token') ?? ''
    this.kept = this.known
  }

  /** Was here before, and it is not about to be somebody else. */
  get known(): boolean { return this.api.token !== '' && !this.user }

  async signIn(): Promise<Answer<SessionAnswer>> {
    const had = this.store.get('token') ?? this.api.token
    let answer = await this.ask(had)
    // Two tabs that open the chat for the first time at once would be two visitors. The first one to store wins.
    const other = this.store.get('token') ?? ''
    if (answer.ok && other && other !== had) answer = await this.ask(other)
    if (!answer.ok) {
      if (!this.user || answer.status !== 403) return answer
      // A site that signs badly should notice, and its visitor still get an answer.
      console.error('queqiao', answer.code)
      this.user = undefined
      return this.signIn()
    }
    this.user = this.notice = undefined
    this.api.token = answer.value.visitorToken
    if (other) this.kept = true
    if (this.kept) this.keep()
    return answer
  }

  /** From what the visitor does first: until then nothing stays in the browser. False: another tab was somebody before us. */
  keep(): boolean {
    const other = this.store.get('token')
    const isFirst = !other || this.kept
    if (isFirst) this.store.set('token', this.api.token)
    this.kept = true
    return isFirst
  }

  forget(): void {
    this.api.token = ''
    this.kept = false
    for (const name of ['token', 'draft', 'look']) this.store.remove(name)
  }

  private ask(visitorToken: string): Promise<Answer<SessionAnswer>> {
    // Path only: queries and fragments of a shop hold what is none of our business (searches, reset links).
    return this.api.session({ channelId: this.channel, visitorToken: visitorToken || undefined, page: location.origin + location.pathname, user: this.user, notice: this.notice })
  }
}
