// Sends that went out as frames and wait for their answer. On a line that breaks, all of them are answered at once.

import type { Answer } from './api'
import type { Receipt } from './protocol/types'

const ackWithin = 10_000

export class Acks {
  private readonly waiting = new Map<string, (answer: Answer<Receipt>) => void>()

  /** `silent`: no answer came in time, so the line is in doubt. */
  wait(clientId: string, silent: () => void): Promise<Answer<Receipt>> {
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        this.refuse(clientId, 'network')
        silent()
      }, ackWithin)
      this.waiting.set(clientId, answer => {
        clearTimeout(timer)
        this.waiting.delete(clientId)
        resolve(answer)
      })
    })
  }

  accept(clientId: string, receipt: Receipt): void {
    this.waiting.get(clientId)?.({ ok: true, value: receipt })
  }

  refuse(clientId: string | undefined, code: string): void {
    this.waiting.get(clientId ?? '')?.({ ok: false, status: 0, code, wait: 0 })
  }

  refuseAll(code: string): void {
    for (const clientId of [...this.waiting.keys()]) this.refuse(clientId, code)
  }
}
