// Keeps one carrier alive: opens it, watches that it becomes ready, moves down the ladder, backs off, comes back.

import type { ClientFrame } from '../protocol/types'
import { backoff } from './backoff'
import type { Carrier, Ears, Line, OpenCarrier } from './carrier'
import { failed, remember, startAt, worked, type Kind, type Ladder } from './ladder'

export interface Memory {
  get(): string | null
  set(value: string): void
}

export interface LinkEars extends Omit<Ears, 'closed'> {
  /** Live or not, has changed. */
  changed(): void
  signedOut(): void
  /** 1009: what was just sent is too big for the line, and must not be sent again. */
  tooBig(): void
}

const readyWithin = 8_000
/** A line that lived shorter than this says nothing about the server's health: keep backing off. */
const livedFor = 5_000

export class Link {
  live = false
  private carrier: Carrier | null = null
  private attempt = 0
  /** Said by a server that goes away: when to come back. */
  private comeback?: number
  private since = 0
  private ladder: Ladder
  private timer: ReturnType<typeof setTimeout> | undefined
  private running = false

  constructor(
    private readonly carriers: Record<Kind, OpenCarrier>,
    private readonly line: Line,
    private readonly ears: LinkEars,
    private readonly memory: Memory,
  ) {
    this.ladder = startAt(memory.get(), Date.now())
  }

  get kind(): Kind { return this.ladder.kind }

  start(): void {
    if (this.running) return
    this.running = true
    this.open()
  }

  stop(): void {
    this.running = false
    this.drop()
    this.setLive(false)
  }

  /** The network is back, or somebody looks at the page again: no reason to sit out the back-off. */
  hurry(): void {
    if (!this.running) return
    if (this.live) return this.carrier?.probe()
    if (!this.carrier) this.open()
  }

  send(frame: ClientFrame): boolean {
    return this.live && !!this.carrier?.send(frame)
  }

  private open(): void {
    this.drop()
    let current = true
    const ears: Ears = {
      ready: behind => {
        if (!current) return
        clearTimeout(this.timer)
        this.ladder = worked(this.ladder)
        // Only a change is written, or a lower transport would renew its own term with every reconnect.
        if (this.kind !== startAt(this.memory.get(), Date.now()).kind) this.memory.set(remember(this.kind, Date.now()))
        this.since = Date.now()
        this.setLive(true)
        this.ears.ready(behind)
      },
      frame: frame => {
        if (!current) return
        if (frame.op === 'bye') this.comeback = frame.reconnectMs
        else this.ears.frame(frame)
      },
      page: page => { if (current) this.ears.page(page) },
      closed: why => {
        if (!current) return
        current = false
        this.closed(why)
      },
    }
    let carrier: Carrier
    try {
      carrier = this.carriers[this.kind](this.line, ears)
    } catch {
      // Some browsers throw here when the host page's policy forbids the connection.
      return ears.closed({})
    }
    if (!current) return
    this.carrier = { ...carrier, close: () => { current = false; carrier.close() } }
    this.timer = setTimeout(() => {
      this.drop()
      this.closed({})
    }, readyWithin)
  }

  private closed(why: { signedOut?: boolean, again?: boolean, code?: number }): void {
    const wasLive = this.live
    clearTimeout(this.timer)
    this.carrier = null
    if (why.code === 1009) this.ears.tooBig()
    this.setLive(false)
    if (!this.running) return
    if (why.signedOut) {
      // Not ours to mend: whoever holds the session gets a new one and starts us again. Delayed like any other
      // attempt, so that a server that refuses every token is not asked in a tight loop.
      this.running = false
      this.timer = setTimeout(() => this.ears.signedOut(), backoff(this.attempt++))
      return
    }
    if (wasLive) this.ladder = startAt(this.memory.get(), Date.now())
    else if (navigator.onLine) this.ladder = failed(this.ladder)
    if (wasLive && Date.now() - this.since > livedFor) this.attempt = 0
    const delay = why.again ? 0 : this.comeback ?? backoff(this.attempt++)
    this.comeback = undefined
    this.timer = setTimeout(() => this.open(), delay)
  }

  private drop(): void {
    clearTimeout(this.timer)
    this.carrier?.close()
    this.carrier = null
  }

  private setLive(live: boolean): void {
    if (this.live === live) return
    this.live = live
    this.ears.changed()
  }
}
