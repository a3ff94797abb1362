// "Typing" both ways. It lives in memory only, and always ends by itself: the frame that says so may never come.

import type { Typing } from './protocol/types'

const shownFor = 6_000
const idleAfter = 4_000

export class TypingSignals {
  /** The agent who is typing now. */
  who: string | null = null
  private hide: ReturnType<typeof setTimeout> | undefined
  private stop: ReturnType<typeof setTimeout> | undefined
  private toldAt = -Infinity

  /** `every`: at most one signal in so many ms; a request costs more than a frame. */
  constructor(private readonly tell: (on: boolean) => void, private readonly every: () => number, private readonly changed: () => void) {}

  heard({ kind, name, on }: Typing): void {
    if (kind !== 'agent') return
    clearTimeout(this.hide)
    if (on) this.hide = setTimeout(() => this.show(null), shownFor)
    this.show(on ? name ?? '' : null)
  }

  /** A message has arrived: whoever wrote it is done. */
  arrived(): void {
    clearTimeout(this.hide)
    this.show(null)
  }

  typed(empty: boolean): void {
    clearTimeout(this.stop)
    if (empty) return this.silent()
    this.stop = setTimeout(() => this.silent(), idleAfter)
    if (Date.now() - this.toldAt < this.every()) return
    this.toldAt = Date.now()
    this.tell(true)
  }

  private silent(): void {
    clearTimeout(this.stop)
    if (this.toldAt > 0) this.tell(false)
    this.toldAt = -Infinity
  }

  private show(who: string | null): void {
    if (this.who === who) return
    this.who = who
    this.changed()
  }
}
