export type Part = string | { text: string, href: string }

// Only what may stand in an address unescaped: Chinese text right behind one does not belong to it.
const candidate = /\bhttps?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/gi

/** Finds web addresses in plain text. Anything that is not http or https stays text. */
export function autolink(text: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(candidate)) {
    const found = trimEnd(match[0])
    const href = safeHref(found)
    if (!href) continue
    if (match.index > end) parts.push(text.slice(end, match.index))
    parts.push({ text: found, href })
    end = match.index + found.length
  }
  if (end < text.length) parts.push(text.slice(end))
  return parts
}

/** A full stop, or a bracket that was opened before the address, ends the sentence and not the address. */
function trimEnd(url: string): string {
  for (;;) {
    const last = url.at(-1) ?? ''
    const open = last === ')' ? '(' : last === ']' ? '[' : ''
    const unpaired = open !== '' && url.split(open).length < url.split(last).length
    if (!unpaired && !/[.,;:!?'*]/.test(last)) return url
    url = url.slice(0, -1)
  }
}

function safeHref(text: string): string | null {
  try {
    const url = new URL(text)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null
  } catch {
    return null
  }
}
