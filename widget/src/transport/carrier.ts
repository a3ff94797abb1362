import type { ClientFrame, Page, ServerFrame } from '../protocol/types'

/** What a transport needs to know. Functions, because all of it changes while a connection lives. */
export interface Line {
  base: string
  token(): string
  locale(): string
  known(): { conversation: string | null, seq: number }
}

export interface Ears {
  /** The server has accepted us. `behind`: it named a conversation that we do not know. */
  ready(behind: boolean): void
  frame(frame: ServerFrame): void
  page(page: Page): void
  /** Said once. `signedOut`: the token is no longer good; `again`: ended by plan, continue without delay. */
  closed(why: { signedOut?: boolean, again?: boolean, code?: number }): void
}

export interface Carrier {
  /** False: this transport cannot carry frames upwards, use REST. */
  send(frame: ClientFrame): boolean
  /** Find out soon whether the line is still alive: the machine slept, or the network changed. */
  probe(): void
  close(): void
}

export type OpenCarrier = (line: Line, ears: Ears) => Carrier

export function parseFrame(text: string): ServerFrame | null {
  try {
    const frame: unknown = JSON.parse(text)
    return typeof frame === 'object' && frame !== null ? frame as ServerFrame : null
  } catch {
    return null
  }
}
