export type Piece = { text: string; href?: string }

const address = /https?:\/\/[^\s<>"'`\u3000-\u303f\uff00-\uffef\u4e00-\u9fff\u2018-\u201d\u202a-\u202e\u2066-\u2069]+/gi

/** Cuts a message into text and http(s) links. Never builds markup: the pieces become text nodes. */
export function linkPieces(text: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(address)) {
    let url = match[0].replace(/[.,;:!?]+$/, '')
    // "(see https://a.b/c)" ends before the bracket, "https://a.b/c_(d)" does not.
    while (url.endsWith(')') && url.split('(').length < url.split(')').length) url = url.slice(0, -1).replace(/[.,;:!?]+$/, '')
    if (!URL.canParse(url)) continue
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) })
    pieces.push({ text: url, href: url })
    from = match.index + url.length
  }
  if (from < text.length) pieces.push({ text: text.slice(from) })
  return pieces
}
