/** The word behind a # before the caret, with where it begins; null: none is being typed. */
export function hashAt(text: string, caret: number): { from: number; word: string } | null {
  const from = text.lastIndexOf('#', caret - 1)
  if (from < 0 || (from > 0 && !/\s|\p{P}/u.test(text[from - 1]!))) return null
  const word = text.slice(from + 1, caret)
  return word.length > 0 && word.length <= 40 && !/[\n#]/.test(word) ? { from, word } : null
}
