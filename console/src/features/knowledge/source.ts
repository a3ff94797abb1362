import type { Http } from '@/api/client'

export type Kind = 'faq' | 'article'
export type State = 'draft' | 'review' | 'scheduled' | 'published' | 'expired' | 'archived'
export interface Person { id: string; name: string }
export interface Audience { kind: 'public' | 'internal' | 'segment'; segments: string[] }
export interface Wording { language: string; question: string; similar: string[] }
export interface Answer { language: string; text: string; channel?: string | null; audience?: Audience | null }
export interface ArticleText { language: string; title: string; body: string; slug?: string; summary?: string | null }
export interface Content { audience: Audience; validFrom?: number | null; validTo?: number | null; keywords: string[]; wordings: Wording[]; answers: Answer[]; texts: ArticleText[] }

export interface ItemRow {
  id: string; baseId: string; kind: Kind; title: string; categoryId: string | null; externalKey: string | null; audience: Audience['kind']; state: State; hasChanges: boolean
  version: number; publishedVersion: number | null; publishedAt: string | null; publishAt: string | null; validFrom: string | null; validTo: string | null; checkAt: string | null; isStale: boolean
  review: 'asked' | 'returned' | null; reviewNote: string | null; owner: Person | null; changedBy: Person | null; createdAt: string; changedAt: string; heldRun: string | null
}
export interface ItemView { item: ItemRow; language: string; segments: string[]; content: Content }
export interface Page<T> { items: T[]; nextCursor?: string | null }
export interface Base { id: string; name: string; language: string; help: HelpSettings; host: string | null; faqs: number; articles: number; drafts: number; needsSecond: boolean }
export interface HelpSettings { isOn: boolean; titles?: Record<string, string> | null; leads?: Record<string, string> | null; color: string; home?: string | null; languages?: string[] | null; isIndexed: boolean; isBranded?: boolean | null }
export interface Category { id: string; baseId: string; parentId: string | null; name: string; names: Record<string, string>; slug: string; position: number; items: number }
export interface Term { id: string; kind: 'synonym' | 'term'; words: string[]; meaning: string | null }
export type EdgeWords = Pick<Edge, 'subject' | 'relation' | 'target' | 'audience'>
export interface EdgeProposal { id: string; baseId: string; edgeId: string | null; kind: 'add' | 'change' | 'remove'; before: EdgeWords | null; after: EdgeWords | null; by: { id: string; name: string } | null; createdAt: string; isOwn: boolean; mayAccept: boolean }
export interface Edge { id: string; baseId: string; subject: string; relation: string; target: string; audience: 'public' | 'internal' }
/** It was not done: it waits for a second person. */
export const isProposal = (answer: Edge | EdgeProposal | undefined): answer is EdgeProposal => answer !== undefined && 'kind' in answer
export interface Hit { id: string; kind: Kind; version: number; title: string; language: string; heading: string | null; url: string | null; category: string[]; audience: Audience['kind']; excerpt: string; marks: [number, number][]; answer: string | null }
export interface Found { items: Hit[]; path: { subject: string; relation: string; target: string }[]; corrected: string | null }
export interface Version { version: number; note: string | null; by: Person | null; createdAt: string; isPublished: boolean }
export interface DiffPart { name: string; language: string | null; lines: { kind: 'same' | 'gone' | 'new' | 'gap'; text: string }[] }
export interface TrialLine { checkId: string; question: string; expects: string; expectedTitle: string | null; gotBefore: string; got: string }
export interface Trial { total: number; rightBefore: number; rightAfter: number; better: TrialLine[]; worse: TrialLine[]; stillWrong: TrialLine[]; milliseconds: number }
export interface Run { id: string; itemId: string | null; at: string; total: number; rightBefore: number; rightAfter: number }
export interface WholeRun { run: Run; better: TrialLine[]; worse: TrialLine[] }
export interface Check { id: string; question: string; expects: 'item' | 'refusal' | 'person' | 'facts'; itemId: string | null; itemTitle: string | null; source: string; createdAt: string }
export interface ImportPlan { language: string; audience: string; category?: string | null; overwrite: boolean; publish: boolean; most: number }
export interface ImportView { id: string; source: string; name: string; plan: ImportPlan; phase: 'reading' | 'draft' | 'running' | 'done' | 'cancelled'; total: number; ready: number; counts: { added: number; changed: number; same: number; failed: number; held: number }; createdAt: string; finishedAt: string | null; runId: string | null }
export interface ImportRow { no: number; title: string; place: string; outcome: 'ready' | 'failed' | 'added' | 'changed' | 'same'; code: string | null; text: string | null; preview: string | null; itemId: string | null }
export interface UseRow { itemId: string; kind: Kind; title: string; viewed: number; cited: number; solved: number; liked: number; disliked: number }
export interface Miss { id: string; question: string; source: string; times: number; firstAt: string; lastAt: string }
export interface Side { itemId: string; kind: Kind; title: string; text: string; owner: Person | null }
export interface Contradiction { reason: 'same_question' | 'different_numbers'; detail: string; one: Side; other: Side }
export interface Feedback { id: string; itemId: string; kind: Kind; title: string; liked: boolean; comment: string | null; source: string; at: string; done: boolean }

const root = '/api/v1/knowledge'
const pathOf = (kind: Kind) => `${root}/${kind}s`

export const knowledgeSource = (http: Http) => ({
  bases: () => http.get<{ items: Base[] }>(`${root}/bases`).then(page => page.items),
  changeBase: (id: string, changes: { name?: string; host?: string | null; help?: HelpSettings; needsSecond?: boolean }) => http.patch<Base>(`${root}/bases/${id}`, changes),
  categories: () => http.get<{ items: Category[] }>(`${root}/categories`).then(page => page.items),
  addCategory: (category: { name: string; parentId?: string | null; names?: Record<string, string> }) => http.post<Category>(`${root}/categories`, category),
  changeCategory: (id: string, changes: { name?: string; parentId?: string | null; names?: Record<string, string>; position?: number }) => http.patch<Category>(`${root}/categories/${id}`, changes),
  removeCategory: (id: string) => http.remove(`${root}/categories/${id}`),
  items: (filter: { kind?: Kind | undefined; category?: string | undefined; state?: string | undefined; q?: string | undefined; cursor?: string | undefined }) => {
    const { kind, ...query } = filter
    return http.get<Page<ItemRow>>(kind ? pathOf(kind) : `${root}/items`, query)
  },
  item: (id: string, version?: number) => http.get<ItemView>(`${root}/items/${id}`, { version }),
  add: (kind: Kind, wish: object) => http.post<ItemView>(pathOf(kind), wish),
  change: (kind: Kind, id: string, changes: object) => http.patch<ItemView>(`${pathOf(kind)}/${id}`, changes),
  act: (id: string, act: 'review' | 'publish' | 'withdraw' | 'archive' | 'restore' | 'rollback' | 'checked', body: object = {}) => http.post<ItemView>(`${root}/items/${id}/${act}`, body),
  used: (id: string, how: 'cited' | 'solved' | 'wrong', comment?: string) => http.post(`${root}/items/${id}/used`, { how, ...(comment ? { comment } : {}) }),
  versions: (id: string) => http.get<Page<Version>>(`${root}/items/${id}/versions`).then(page => page.items),
  diff: (id: string, from?: number, to?: number) => http.get<{ from: number; to: number; parts: DiffPart[] }>(`${root}/items/${id}/diff`, { from, to }),
  preview: (text: string) => http.post<{ html: string }>(`${root}/preview`, { text }).then(answer => answer.html),
  keepFile: (fileId: string) => http.post<{ id: string; markdown: string }>(`${root}/files`, { fileId }),
  search: (q: string, limit = 8) => http.get<Found>(`${root}/search`, { q, limit }),
  terms: () => http.get<{ items: Term[] }>(`${root}/terms`).then(page => page.items),
  addTerm: (term: { kind: Term['kind']; words: string[]; meaning?: string }) => http.post<Term>(`${root}/terms`, term),
  changeTerm: (id: string, changes: { words?: string[]; meaning?: string }) => http.patch<Term>(`${root}/terms/${id}`, changes),
  removeTerm: (id: string) => http.remove(`${root}/terms/${id}`),
  edges: (q?: string) => http.get<Page<Edge>>(`${root}/edges`, { q, limit: 1000 }).then(page => page.items),
  addEdge: (edge: { subject: string; relation: string; target: string; audience: string }) => http.post<Edge | EdgeProposal>(`${root}/edges`, edge),
  changeEdge: (id: string, changes: Partial<Pick<Edge, 'subject' | 'relation' | 'target' | 'audience'>>) => http.patch<Edge | EdgeProposal>(`${root}/edges/${id}`, changes),
  removeEdge: (id: string) => http.remove<EdgeProposal | undefined>(`${root}/edges/${id}`),
  edgeProposals: () => http.get<{ items: EdgeProposal[] }>(`${root}/edge-proposals`).then(list => list.items),
  decideEdge: (id: string, act: 'accept' | 'dismiss') => http.post(`${root}/edge-proposals/${id}/${act}`, {}),
  trial: (itemId?: string, version?: number) => http.post<{ result: Trial | null }>(`${root}/trial`, { ...(itemId ? { itemId } : {}), ...(version ? { version } : {}) }).then(answer => answer.result),
  checks: () => http.get<Page<Check>>(`${root}/checks`, { limit: 500 }).then(page => page.items),
  addCheck: (check: { question: string; expects: Check['expects']; itemId?: string; source?: string }) => http.post<Check>(`${root}/checks`, check),
  removeCheck: (id: string) => http.remove(`${root}/checks/${id}`),
  runs: () => http.get<{ items: Run[] }>(`${root}/checks/runs`).then(page => page.items),
  run: (id: string) => http.get<WholeRun>(`${root}/checks/runs/${id}`),
  imports: () => http.get<{ items: ImportView[] }>(`${root}/imports`).then(page => page.items),
  importOne: (id: string) => http.get<ImportView>(`${root}/imports/${id}`),
  importRows: (id: string, outcome?: string, cursor?: string) => http.get<Page<ImportRow>>(`${root}/imports/${id}/rows`, { outcome, cursor }),
  beginImport: (wish: { fileId?: string; url?: string; plan: ImportPlan }) => http.post<ImportView>(`${root}/imports`, wish),
  startImport: (id: string, overwrite: boolean, publish: boolean) => http.post<ImportView>(`${root}/imports/${id}/start`, { overwrite, publish }),
  cancelImport: (id: string) => http.post<ImportView>(`${root}/imports/${id}/cancel`, {}),
  use: () => http.get<{ items: UseRow[] }>(`${root}/reports/use`, { days: 30 }).then(page => page.items),
  misses: () => http.get<Page<Miss>>(`${root}/reports/misses`).then(page => page.items),
  setMiss: (id: string, state: 'done' | 'dismissed') => http.patch(`${root}/reports/misses/${id}`, { state }),
  contradictions: () => http.get<{ items: Contradiction[] }>(`${root}/reports/contradictions`).then(page => page.items),
  feedback: () => http.get<Page<Feedback>>(`${root}/reports/feedback`, { done: 'false' }).then(page => page.items),
  feedbackDone: (id: string) => http.post(`${root}/reports/feedback/${id}/done`, {}),
})
export type KnowledgeSource = ReturnType<typeof knowledgeSource>
