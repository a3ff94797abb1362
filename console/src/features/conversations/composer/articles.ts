import type { Http } from '@/api/client'

/** An article or FAQ as it is found while a reply is written. */
export interface FoundArticle { id: string; kind: 'faq' | 'article'; title: string; url: string | null; audience: string; excerpt: string; answer: string | null }

export const articleSource = (http: Http) => ({
  /** For a reply only what the customer may see; for a note everything. */
  find: async (q: string, audience: 'public' | 'internal') => (await http.get<{ items: FoundArticle[] }>('/api/v1/knowledge/search', { q, audience, limit: 8 })).items,
})

/** The word behind a "#" that begins a line or stands after a space, before the caret. A number is no word: "#1234" is an order. */
export function articleAt(text: string, caret: number): { from: number; word: string } | null {
  const before = text.slice(0, caret)
  const from = before.lastIndexOf('#')
  if (from < 0 || (from > 0 && !/\s/.test(before[from - 1]!))) return null
  const word = before.slice(from + 1)
  return /\s/.test(word) || word.length > 40 || !/\p{L}/u.test(word) ? null : { from, word }
}

/** Markdown as plain text: what a channel without marks shows. */
export const plainOf = (markdown: string) => markdown
  .replace(/!\[([^\]]*)\]\(([^)\s]+)[^)]*\)/g, '$1 $2')
  .replace(/\[([^\]]+)\]\(([^)\s]+)[^)]*\)/g, (_, words: string, url: string) => (words === url ? url : `${words} ${url}`))
  .replace(/^#{1,6}\s+/gm, '')
  .replace(/^(\s*)[-*+]\s+/gm, '$1• ')
  .replace(/^>\s?/gm, '')
  .replace(/(\*\*|__)(?=\S)([\s\S]*?\S)\1/g, '$2')
  .replace(/(^|[^\w*\\])\*(?=[^\s*])([^*\n]*?\S)\*(?![\w*])/g, '$1$2')
  .replace(/`([^`\n]+)`/g, '$1')
  .replace(/\\([\\`*_{}[\]()#+\-.!>|~])/g, '$1')
  .replace(/\n{3,}/g, '\n\n')
  .trim()

/** What goes into the reply: the answer of an FAQ; of an article its title and where it is. */
export const wordsOf = (found: FoundArticle, origin: string) =>
  found.answer ? plainOf(found.answer) : found.url ? `${found.title}\n${new URL(found.url, origin).href}` : `${found.title}\n${plainOf(found.excerpt)}`
