// Which transport to try next. Pure, so that the rule can be read and tested on its own:
// two failures in a row demote; the one that worked is remembered for the tab.

export type Kind = 'ws' | 'sse' | 'poll'

export interface Ladder {
  kind: Kind
  failures: number
}

const below: Record<Kind, Kind> = { ws: 'sse', sse: 'poll', poll: 'ws' }

/** After a while a better network deserves another try, at the next reconnect. */
export const rememberFor = 30 * 60_000

export function startAt(remembered: string | null, now: number): Ladder {
  const [kind, at] = (remembered ?? '').split('@')
  const fresh = now - Number(at) < rememberFor
  return { kind: fresh && (kind === 'sse' || kind === 'poll') ? kind : 'ws', failures: 0 }
}

export function remember(kind: Kind, now: number): string {
  return `${kind}@${now}`
}

export function worked(ladder: Ladder): Ladder {
  return { ...ladder, failures: 0 }
}

/** When even polling fails, the server is away and no transport is to blame: begin at the top again. */
export function failed({ kind, failures }: Ladder): Ladder {
  return failures + 1 < 2 ? { kind, failures: failures + 1 } : { kind: below[kind], failures: 0 }
}
