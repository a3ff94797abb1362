import { InputRule, inputRules } from '@milkdown/kit/prose/inputrules'
import type { Mark } from '@/lib/formatted'
import { become } from './acts'
import { docOf, linesOf, schema, spotOf } from './document'
import type { Line } from './lines'

/** Signs that are typed become what they mean, where the channel shows it. Undo or backspace makes them signs again. */
export const typedSigns = (shows: () => readonly Mark[]) => inputRules({ rules: [
  beginning(/^- $/, 'list', 'bullets', shows), beginning(/^([0-9]{1,3})\. $/, 'list', 'numbers', shows), beginning(/^> $/, 'quote', 'quote', shows), beginning(/^```$/, 'code', 'code', shows),
  around(/(?<![*\\])\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/, 'bold', 2, shows), around(/(?<![*\\\w])\*([^*\s](?:[^*]*[^*\s])?)\*$/, 'italic', 1, shows), around(/(?<![`\\])`([^`\s](?:[^`]*[^`\s])?)`$/, 'code', 1, shows),
] })

/** A sign where a plain line begins. */
function beginning(typed: RegExp, mark: Mark, kind: Line['kind'], shows: () => readonly Mark[]) {
  return new InputRule(typed, (state, match, from, to) => {
    if (!shows().includes(mark) || state.doc.resolve(from).depth > 1) return null
    const tr = state.tr.delete(from, to)
    const spot = spotOf(tr.doc, from)
    const lines = linesOf(tr.doc).map((line, n): Line => (n !== spot.line ? line : {
      kind, spans: kind === 'code' ? line.spans.map(({ text }) => ({ text, marks: [] })) : line.spans, ...(kind === 'numbers' ? { number: Number(match[1]) } : {}), ...(kind === 'code' ? { opens: true } : {}),
    }))
    return become(tr, docOf(lines), spot)
  })
}

/** Signs around words; the last one is being typed and not there yet. Words that come all at once are meant as they are. */
function around(typed: RegExp, mark: 'bold' | 'italic' | 'code', signs: number, shows: () => readonly Mark[]) {
  return new InputRule(typed, (state, match, from, to) => {
    const there = signs - (match[0].length - (to - from))
    if (!shows().includes(mark) || there < 0) return null
    const tr = state.tr.delete(to - there, to).delete(from, from + signs)
    return tr.addMark(from, from + match[1]!.length, schema.mark(mark)).removeStoredMark(schema.marks[mark]!)
  })
}
