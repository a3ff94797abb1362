// Holds the log and mends its holes: whatever the reducer cannot apply is fetched, one fetch at a time.

import type { Answer, Api } from './api'
import { apply, emptyLog, join, prepend, type Log } from './protocol/log'
import type { Entry, Page } from './protocol/types'
import { backoff } from './transport/backoff'

export class History {
  log: Log = emptyLog
  older: 'idle' | 'loading' | 'failed' = 'idle'
  private wanted: 'newest' | 'after' | null = null
  private running: Promise<void> | null = null
  private attempt = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly api: Pick<Api, 'messages'>, private readonly changed: () => void) {}

  /** For somebody else's log. */
  reset(): void {
    this.log = emptyLog
  }

  take(entry: Entry): void {
    const next = apply(this.log, entry)
    if (next === 'fetch-after') void this.heal()
    else this.set(next)
  }

  /** A page that a long poll brought: everything after what we had. */
  page(page: Page): void {
    const next = join(this.log, page, 'after')
    if (next === 'fetch-newest') void this.heal('newest')
    else this.set(next)
    if (page.hasMore) void this.heal()
  }

  heal(from: 'newest' | 'after' = 'after'): Promise<void> {
    clearTimeout(this.timer)
    this.want(from)
    return this.running ??= this.run().finally(() => { this.running = null })
  }

  async loadOlder(): Promise<void> {
    const first = this.log.items[0]
    if (!first || !this.log.older || this.older === 'loading') return
    this.older = 'loading'
    this.changed()
    const answer = await this.api.messages({ before: first.seq, limit: 50 })
    this.older = answer.ok ? 'idle' : 'failed'
    if (answer.ok) this.log = prepend(this.log, answer.value)
    this.changed()
  }

  private async run(): Promise<void> {
    for (let from = this.takeWanted(); from; from = this.takeWanted()) {
      const { conversation, seq } = this.log
      const asked = conversation === null ? 'newest' : from
      const answer = await this.api.messages(asked === 'after' ? { after: seq, limit: 200 } : { limit: 50 })
      if (!answer.ok) return this.later(answer, from)
      this.attempt = 0
      const next = join(this.log, answer.value, asked)
      if (next === 'fetch-newest') {
        this.want('newest')
        continue
      }
      const moved = next.seq > this.log.seq || next.conversation !== this.log.conversation
      this.set(next)
      if (asked === 'after' && answer.value.hasMore && moved) this.want('after')
    }
  }

  private later(answer: Answer<Page>, from: 'newest' | 'after'): void {
    // Anything the server says on purpose (signed out, gone) will not get better by asking again from here.
    if (answer.ok || answer.status >= 400 && answer.status < 429) return
    this.timer = setTimeout(() => this.heal(from), Math.max(answer.wait, backoff(this.attempt++)))
  }

  private want(from: 'newest' | 'after'): void {
    if (this.wanted !== 'newest') this.wanted = from
  }

  private takeWanted(): 'newest' | 'after' | null {
    const wanted = this.wanted
    this.wanted = null
    return wanted
  }

  private set(log: Log): void {
    if (log === this.log) return
    this.log = log
    this.changed()
  }
}
