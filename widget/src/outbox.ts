// Messages that the server has not confirmed. One is stored before the first attempt to send it and forgotten only when
// it is on the server's disk, so neither a reload nor a dead battery loses it. Every message has its own storage key:
// two tabs that write at once cannot wipe out each other's list.

import type { Attachment } from './protocol/types'
import type { Store } from './storage'

export interface Outgoing {
  clientId: string
  text: string
  /** Uploaded already. */
  files?: readonly Attachment[]
  /** When it was written, for the order and for the screen. */
  at: number
  state: 'waiting' | 'sending' | 'failed' | 'stored'
  /** Why it failed; `final` when sending it again cannot help. */
  code?: string
  final?: boolean
  /** Where the server put it, once stored: it is shown from here until the log has it. */
  seq?: number
  conversation?: string
}

export class Outbox {
  private list: Outgoing[]

  constructor(private readonly store: Store, private readonly now: () => number = Date.now) {
    this.list = store.names('out:').map(name => read(store.get(name))).filter(entry => entry !== null)
      .sort((a, b) => a.at - b.at || (a.clientId < b.clientId ? -1 : 1))
  }

  get all(): readonly Outgoing[] { return this.list }
  get idle(): boolean { return this.list.every(entry => entry.state === 'stored') }

  add(text: string, files?: readonly Attachment[]): Outgoing {
    // The order survives a clock that stands still or is set back.
    const at = Math.max(this.now(), (this.list.at(-1)?.at ?? 0) + 1)
    const entry: Outgoing = { clientId: newClientId(), text, files, at, state: 'waiting' }
    this.write(entry)
    this.list.push(entry)
    return entry
  }

  /** The oldest one that wants to be sent. One at a time: that is what keeps their order. */
  next(): Outgoing | undefined {
    return this.list.find(entry => entry.state === 'waiting')
  }

  sending(clientId: string): void { this.update(clientId, { state: 'sending' }) }
  waiting(clientId: string): void { this.update(clientId, { state: 'waiting', code: undefined, final: undefined }) }

  failed(clientId: string, code: string, final: boolean): void {
    const entry = this.update(clientId, { state: 'failed', code, final })
    if (entry) this.write(entry)
  }

  stored(clientId: string, conversation: string, seq: number): void {
    this.update(clientId, { state: 'stored', conversation, seq })
    this.store.remove(`out:${clientId}`)
  }

  /** Drops one for good: the visitor gave it up, or the log shows it. */
  forget(...clientIds: string[]): void {
    this.list = this.list.filter(entry => !clientIds.includes(entry.clientId))
    for (const clientId of clientIds) this.store.remove(`out:${clientId}`)
  }

  private update(clientId: string, change: Partial<Outgoing>): Outgoing | undefined {
    const entry = this.list.find(candidate => candidate.clientId === clientId)
    return entry && Object.assign(entry, change)
  }

  private write({ clientId, text, files, at, state, code, final }: Outgoing): void {
    this.store.set(`out:${clientId}`, JSON.stringify({ clientId, text, files, at, ...(state === 'failed' && { state, code, final }) }))
  }
}

function read(stored: string | null): Outgoing | null {
  try {
    const { clientId, text, files, at, state, code, final } = JSON.parse(stored ?? '') as Partial<Outgoing>
    if (typeof clientId !== 'string' || typeof text !== 'string' || typeof at !== 'number') return null
    return state === 'failed' ? { clientId, text, files, at, state, code, final } : { clientId, text, files, at, state: 'waiting' }
  } catch {
    return null
  }
}

// crypto.randomUUID exists only on https pages.
function newClientId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}
