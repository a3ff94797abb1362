/** The word behind a "/" that begins a line or stands after a space, before the caret; null when no text is being looked for there. */
export function cannedAt(text: string, caret: number): { from: number; word: string } | null {
  const before = text.slice(0, caret)
  const from = before.lastIndexOf('/')
  if (from < 0 || (from > 0 && !/\s/.test(before[from - 1]!))) return null
  const word = before.slice(from + 1)
  return /\s/.test(word) || word.length > 40 ? null : { from, word: word.toLowerCase() }
}

export interface Filled { text: string; /** Names of places for which nothing is known. */ gaps: string[] }

/**
 * Puts what is known into the places of a text: `{{contact.name}}`, or `{{contact.name|there}}` with a word for when it is not known.
 * What is not known stays as `[contact.name]`, for the eye to find and the hand to fill.
 */
export function fillIn(body: string, values: Readonly<Record<string, string | null | undefined>>): Filled {
  const gaps: string[] = []
  const text = body.replace(/\{\{\s*([a-z]+(?:\.[a-z]+)*)\s*(?:\|([^{}]*))?\}\}/gi, (_, name: string, otherwise?: string) => {
    const value = values[name.toLowerCase()] ?? otherwise?.trim()
    if (value) return value
    gaps.push(name)
    return `[${name}]`
  })
  return { text, gaps }
}

/** The first place of a text that nobody has filled in; null: none. */
export function gapIn(text: string): { from: number; to: number; name: string } | null {
  const found = /\[[a-z]+(?:\.[a-z]+)+\]/i.exec(text)
  return found ? { from: found.index, to: found.index + found[0].length, name: found[0] } : null
}

/** The text with the slash and its word replaced; the caret goes to the first gap, selected, or behind what was put in. */
export function insertCanned(text: string, caret: number, from: number, filled: Filled): { text: string; select: [number, number] } {
  const next = text.slice(0, from) + filled.text + text.slice(caret)
  const gap = filled.gaps[0]
  const at = gap ? from + filled.text.indexOf(`[${gap}]`) : -1
  const end = from + filled.text.length
  return { text: next, select: gap ? [at, at + gap.length + 2] : [end, end] }
}

/** Best first: shortcuts that begin with the word, then those that hold it, then titles and texts that do. */
export function findCanned<T extends { shortcut: string; title: string; body: string }>(replies: readonly T[], word: string, most = 8): T[] {
  if (!word) return replies.slice(0, most)
  const rank = (reply: T) =>
    reply.shortcut.startsWith(word) ? 0 : reply.shortcut.includes(word) ? 1 : reply.title.toLowerCase().includes(word) ? 2 : reply.body.toLowerCase().includes(word) ? 3 : 4
  return replies.map(reply => ({ reply, rank: rank(reply) })).filter(one => one.rank < 4).sort((a, b) => a.rank - b.rank).slice(0, most).map(one => one.reply)
}
