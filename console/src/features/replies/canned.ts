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
export function fillIn(body: string, values: Readonly<Record<string, string | null | undefined>>, say = (value: string) => value): Filled {
  const gaps: string[] = []
  const text = body.replace(/\{\{\s*([a-z]+(?:\.[a-z]+)*)\s*(?:\|([^{}]*))?\}\}/gi, (_, name: string, otherwise?: string) => {
    const value = values[name.toLowerCase()] ?? otherwise?.trim()
    if (value) return say(value)
    gaps.push(name)
    return `[${name}]`
  })
  return { text, gaps }
}

/** The places of a text that nobody has filled in, in their order. */
export const gapsIn = (text: string): { from: number; to: number; name: string }[] =>
  [...text.matchAll(/\[[a-z]+(?:\.[a-z]+)+\]/gi)].map(({ index, 0: name }) => ({ from: index, to: index + name.length, name }))

/** Best first: shortcuts that begin with the word, then those that hold it, then titles and texts that do. */
export function findCanned<T extends { shortcut: string; title: string; body: string }>(replies: readonly T[], word: string, most = 8): T[] {
  if (!word) return replies.slice(0, most)
  const rank = (reply: T) =>
    reply.shortcut.startsWith(word) ? 0 : reply.shortcut.includes(word) ? 1 : reply.title.toLowerCase().includes(word) ? 2 : reply.body.toLowerCase().includes(word) ? 3 : 4
  return replies.map(reply => ({ reply, rank: rank(reply) })).filter(one => one.rank < 4).sort((a, b) => a.rank - b.rank).slice(0, most).map(one => one.reply)
}
