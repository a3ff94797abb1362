import type { Snippet } from './source'

export interface Piece { text: string; marked: boolean }

/** A snippet cut at its marks. Marks that make no sense are passed over: the text is shown whatever the server says. */
export function piecesOf({ text, marks }: Snippet): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const [start, end] of marks) {
    if (!(start >= at && end > start && end <= text.length)) continue
    if (start > at) pieces.push({ text: text.slice(at, start), marked: false })
    pieces.push({ text: text.slice(start, end), marked: true })
    at = end
  }
  if (at < text.length) pieces.push({ text: text.slice(at), marked: false })
  return pieces
}
