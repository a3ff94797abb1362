/** A sign around what is selected, or before its lines. */
export interface MarkSign { before: string; after?: string; line?: boolean }
export interface Marked { text: string; select: readonly [number, number] }

/** Puts a mark; takes it away where it stands already. */
export function applyMark(text: string, from: number, to: number, mark: MarkSign): Marked {
  if (mark.line) {
    const start = text.lastIndexOf('\n', from - 1) + 1
    const block = text.slice(start, to).split('\n').map(line => (line.startsWith(mark.before) ? line.slice(mark.before.length) : mark.before + line)).join('\n')
    return { text: text.slice(0, start) + block + text.slice(to), select: [start, start + block.length] as const }
  }
  const after = mark.after ?? mark.before
  const chosen = text.slice(from, to)
  const [before, behind] = [text.slice(0, from), text.slice(to)]
  // A single star stands within two of them too: that is bold, not italic.
  const alone = mark.before !== '*' || !(before.endsWith('**') && !before.endsWith('***'))
  if (!mark.after && alone && before.endsWith(mark.before) && behind.startsWith(after)) {
    const start = from - mark.before.length
    return { text: before.slice(0, start) + chosen + behind.slice(after.length), select: [start, start + chosen.length] as const }
  }
  return { text: before + mark.before + chosen + after + behind, select: [from + mark.before.length, from + mark.before.length + chosen.length] as const }
}

/** What a new line begins with inside a list or quote; `''` ends it, null: nothing special. */
export function nextLine(text: string, caret: number): { insert: string; from: number } | null {
  const start = text.lastIndexOf('\n', caret - 1) + 1
  const found = /^(- |> |([0-9]{1,3})\. )(.*)$/.exec(text.slice(start, caret))
  if (!found) return null
  if (!found[3]) return { insert: '', from: start }
  return { insert: `\n${found[2] ? `${Number(found[2]) + 1}. ` : found[1]!}`, from: caret }
}
