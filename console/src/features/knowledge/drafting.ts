import type { Answer, ArticleText, Content, Kind, Wording } from './source'

export const languages = ['zh-CN', 'en'] as const

/** What an editor holds of one item: everything of it, one language in front. */
export interface Draft { content: Content; category: string | null }

export const emptyContent = (kind: Kind, language: string): Content => ({
  audience: { kind: 'public', segments: [] },
  keywords: [],
  wordings: kind === 'faq' ? [{ language, question: '', similar: [] }] : [],
  answers: kind === 'faq' ? [{ language, text: '' }] : [],
  texts: kind === 'article' ? [{ language, title: '', body: '' }] : [],
})

const main = (tag: string) => tag.split('-')[0]!.toLowerCase()
export const speaks = (tag: string, other: string) => main(tag) === main(other)
export const languagesOf = (content: Content) => [...new Set([...content.wordings, ...content.texts].map(one => one.language))]

export function withLanguage(content: Content, kind: Kind, language: string): Content {
  if (languagesOf(content).some(one => speaks(one, language))) return content
  return kind === 'faq'
    ? { ...content, wordings: [...content.wordings, { language, question: '', similar: [] }], answers: [...content.answers, { language, text: '' }] }
    : { ...content, texts: [...content.texts, { language, title: '', body: '' }] }
}

export const replaceWording = (content: Content, wording: Wording): Content => ({ ...content, wordings: content.wordings.map(one => (one.language === wording.language ? wording : one)) })
export const replaceText = (content: Content, text: ArticleText): Content => ({ ...content, texts: content.texts.map(one => (one.language === text.language ? text : one)) })
export const replaceAnswer = (content: Content, at: number, answer: Answer | null): Content => ({ ...content, answers: content.answers.flatMap((one, i) => (i !== at ? [one] : answer ? [answer] : [])) })

/** Lines, without what is empty or there twice. */
export const linesOf = (text: string) => [...new Set(text.split('\n').map(line => line.trim()).filter(Boolean))]

/** What the server is asked for: only what the kind has. */
export function wishOf(kind: Kind, draft: Draft) {
  const { content } = draft
  return {
    audience: content.audience.kind,
    segments: content.audience.segments,
    keywords: content.keywords,
    category: draft.category,
    validFrom: content.validFrom ? new Date(content.validFrom).toISOString() : null,
    validTo: content.validTo ? new Date(content.validTo).toISOString() : null,
    ...(kind === 'faq'
      ? { wordings: content.wordings.filter(one => one.question.trim()), answers: content.answers.filter(one => one.text.trim()) }
      : { texts: content.texts.filter(one => one.title.trim() || one.body.trim()) }),
  }
}
