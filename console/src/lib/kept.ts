/**
 * A form whose record came anew from the server: what the person has changed stays, everything else is as it is now. So an act that is
 * carried out at once (a switch, a new secret) takes nothing away that was typed beside it.
 */
export function kept<T extends object>(mine: T, before: T | undefined, now: T): T {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
  const next = structuredClone(now)
  if (before)
    for (const key of Object.keys(now) as (keyof T)[]) if (!same(mine[key], before[key])) next[key] = mine[key]
  return next
}
