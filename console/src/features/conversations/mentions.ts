/** The word behind an "@" that stands before the caret; null when nobody is being named there. */
export function mentionAt(text: string, caret: number): { from: number; word: string } | null {
  const before = text.slice(0, caret)
  const from = before.lastIndexOf('@')
  if (from < 0) return null
  const word = before.slice(from + 1)
  // An address (a@b) is no mention, and a name ends with the line. A word before it without a space is fine: Chinese has none.
  if (/[\s@]/.test(word) || word.length > 30 || /[A-Za-z0-9._-]/.test(before[from - 1] ?? '')) return null
  return { from, word }
}

export function insertMention(text: string, caret: number, from: number, name: string): { text: string; caret: number } {
  const put = `@${name} `
  return { text: text.slice(0, from) + put + text.slice(caret), caret: from + put.length }
}

/** Who is still named in the text when it is sent. */
export const namedIn = (text: string, chosen: ReadonlyMap<string, string>) => [...chosen].filter(([, name]) => text.includes(`@${name}`)).map(([id]) => id)
