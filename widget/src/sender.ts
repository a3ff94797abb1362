// Empties the outbox: one message at a time, in order, again after every kind of trouble that may pass.

import type { Answer } from './api'
import type { Outbox, Outgoing } from './outbox'
import type { Receipt } from './protocol/types'
import { backoff } from './transport/backoff'
import { isBusy, verdict } from './verdict'

export interface Delivery {
  deliver(entry: Outgoing): Promise<Answer<Receipt>>
  stored(entry: Outgoing, receipt: Receipt): void
  signIn(): Promise<boolean>
  changed(): void
}

export class Sender {
  busy = false
  private running = false
  private attempt = 0
  private notBefore = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly outbox: Outbox, private readonly delivery: Delivery) {}

  /** Something may have changed for the better: a new message, a live line, a network. */
  kick(): void {
    clearTimeout(this.timer)
    const rest = this.notBefore - Date.now()
    // The server named a time (Retry-After): nothing that happens here makes it sooner.
    if (rest > 0) this.timer = setTimeout(() => this.kick(), rest)
    else if (!this.running) void this.run()
  }

  private async run(): Promise<void> {
    this.running = true
    for (let entry = this.outbox.next(); entry; entry = this.outbox.next())
      if (!await this.one(entry)) break
    this.running = false
  }

  /** True: go on with the next one. */
  private async one(entry: Outgoing): Promise<boolean> {
    this.outbox.sending(entry.clientId)
    this.delivery.changed()
    const answer = await this.delivery.deliver(entry)
    this.busy = !answer.ok && isBusy(answer.code)
    if (answer.ok) {
      this.attempt = 0
      this.delivery.stored(entry, answer.value)
      return true
    }
    const what = verdict(answer.code, ++this.attempt)
    if (what === 'failed' || what === 'final') {
      this.attempt = 0
      this.outbox.failed(entry.clientId, answer.code, what === 'final')
      this.delivery.changed()
      return true
    }
    this.outbox.waiting(entry.clientId)
    this.delivery.changed()
    if (what === 'sign-in' && await this.delivery.signIn()) return true
    this.notBefore = answer.wait && Date.now() + answer.wait
    this.timer = setTimeout(() => this.kick(), Math.max(answer.wait, backoff(this.attempt)))
    return false
  }
}
