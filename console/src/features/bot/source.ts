import type { Trial } from '@/features/knowledge'
import type { Http } from '@/api/client'

export interface LocalText { zh: string; en: string }
export interface BotHours { mode: 'always' | 'inside' | 'outside'; timeZone: string; week: { day: number; fromMinute: number; toMinute: number }[] | null }
export interface ModelSettings { enabled: boolean; baseUrl: string; name: string; timeoutSeconds: number; dailyTokens: number; maxAnswerTokens: number }
export interface BotProfile {
  welcome: LocalText
  refusal: LocalText
  handOver: LocalText
  answerFrom: number
  clarifyFrom: number
  patience: number
  smallTalk: boolean
  menu: string[]
  guessQuestions: boolean
  paceMs: number
  closeAfterMinutes: number
  hours: BotHours
  model: ModelSettings
  autoPublishSimilar: boolean
  codes: CodeSettings
}
export interface CodeSettings { smsChannelId: string | null; smsTemplate: string; mailChannelId: string | null }
export interface BotChannel { channelId: string; enabled: boolean; welcome: LocalText | null; menu: string[] | null }
export interface Bot { id: string; name: string; enabled: boolean; profile: BotProfile; hasModelKey: boolean; channels: BotChannel[]; changedAt: string }
export interface Button { id: string; text: string }
export interface Citation { id: string; title: string; link?: string; quote?: string }
export interface Said { text: string; kind: string; brain: string; entry: string | null; score: number | null; citations: Citation[]; buttons: Button[] }
export interface Tried { messages: Said[]; path: string; outcome: 'stays' | 'handed_over' | 'resolved'; handOver: { reason: string; summary: string } | null; candidates: { id: string; title: string; share: number }[]; state: string }
export interface Score {
  received: number; contained: number; confirmed: number; assumed: number; recontacted: number; observed: number; handedOver: number; taken: number; open: number
  reasons: Record<string, number>; answers: number; refused: number; clarified: number; helpful: number; unhelpful: number; labelled: number; wrong: number; unhelpfulReasons: Record<string, number>
  days: { on: string; received: number; contained: number; handedOver: number }[]
}
export interface Behind { items: { conversationId: string; seq: number; at: string; outcome: string; reason: string | null }[]; nextCursor: string | null }
export interface Topic { name: string; entry: string | null; size: number; recent: number; earlier: number; negative: number; positive: number; rating: number | null; course: number[]; quotes: string[]; products: { name: string; count: number }[]; conversations: string[] }
export interface Suggestion {
  id: string; kind: 'new_faq' | 'similar'; state: string; name: string; question: string; answer: string | null; examples: string[]; language: string
  nearest: { id: string; title: string; score: number } | null
  size: number; recent: number; earlier: number; byItself: boolean; decidedAt: string | null
  effect: { answered: number; helpful: number; unhelpful: number } | null
  asked: { conversationId: string; seq: number; at: string }[]
}
export interface FlowStep {
  id: string; kind: string; text?: string | null; slot?: string | null; type?: string | null; choices?: string[] | null; retry?: string | null; retries?: number
  action?: string | null; arguments?: Record<string, string> | null; test?: { left: string; is: string; right: string } | null; exits: Record<string, string>
}
export interface Flow { key: string; title: string; language: string; when: string[]; steps: FlowStep[] }
export interface Fault { field: string; code: string; argument: string | null }
export interface FlowItem { id: string; key: string; title: string; language: string; enabled: boolean; publishedVersion: number | null; isChanged: boolean; changedAt: string }
export interface FlowDraft { id: string; enabled: boolean; publishedVersion: number | null; flow: Flow; text: string; faults: Fault[] }
export interface FlowVersion { version: number; at: string; note: string | null; text: string }
export interface Sample { conversationId: string; seq: number; at: string; question: string; answer: string; entry: string | null; score: number | null; brain: string }
export interface ActionParameter { name: string; type: 'string' | 'number' | 'boolean'; required: boolean; maxLength: number; options: string[] | null }
export interface ActionDefinition { name: string; method: string; url: string; parameters: ActionParameter[]; body: boolean; output: Record<string, string>; timeoutMs: number; confirm: boolean; verify: boolean }
export interface ActionRequest { key: string; definition: ActionDefinition; enabled: boolean; headers: Record<string, string> | null }
export interface ActionItem { id: string; key: string; enabled: boolean; definition: ActionDefinition; hasHeaders: boolean; changedAt: string }
export interface ChannelName { id: string; name: string; kind: string }

export interface Variant { key: string; share: number; zh?: string | null; en?: string | null; version?: number | null }
export interface VariantResult { key: string; cases: number; open: number; confirmed: number; helpful: number; unhelpful: number; handedOver: number; recontacted: number; observed: number; held: number; low: number; high: number }
export interface Experiment { id: string; name: string; kind: 'faq' | 'flow'; itemId: string; itemTitle: string; variants: Variant[]; startedAt: string; endedAt: string | null; winner: string | null; results: VariantResult[]; verdict: string; enough: number }

/** What a suggestion becomes. */
export interface Growth { question: string; answer?: string; similar?: string[]; kind?: string; confirmed?: boolean }

export const botKey = ['bots'] as const

export const botSource = (http: Http) => ({
  bots: () => http.get<{ items: Bot[] }>('/api/v1/bots').then(answer => answer.items),
  create: (name: string) => http.post<Bot>('/api/v1/bots', { name }),
  change: (id: string, changes: Partial<Pick<Bot, 'name' | 'enabled' | 'profile'>>) => http.patch<Bot>(`/api/v1/bots/${id}`, changes),
  channels: () => http.get<{ items: ChannelName[] }>('/api/v1/channels').then(answer => answer.items),
  receive: (id: string, { channelId, ...to }: BotChannel) => http.put<Bot>(`/api/v1/bots/${id}/channels/${channelId}`, to),
  modelKey: (id: string, key: string) => http.put<Bot>(`/api/v1/bots/${id}/model-key`, { key }),
  tryModel: (id: string) => http.post<{ ok: boolean; code: string | null; text: string }>(`/api/v1/bots/${id}/model/try`, {}),
  ask: (id: string, text: string, state: string | null, flow?: string) => http.post<Tried>(`/api/v1/bots/${id}/ask`, { text, ...(state ? { state } : {}), ...(flow ? { flow } : {}) }),
  score: () => http.get<Score>('/api/v1/bots/scoreboard'),
  behind: (number: string, cursor: string) => http.get<Behind>(`/api/v1/bots/scoreboard/${number}${cursor ? `?cursor=${cursor}` : ''}`),
  topics: (days: number) => http.get<{ total: number; read: number; items: Topic[] }>(`/api/v1/learning/topics?days=${days}`),
  sample: () => http.get<{ items: Sample[] }>('/api/v1/bots/sample').then(answer => answer.items),
  label: (one: Sample, right: boolean) => http.post<void>(`/api/v1/bots/turns/${one.conversationId}/${one.seq}/label`, { right }),
  suggestions: (state: string) => http.get<{ items: Suggestion[]; open: number }>(`/api/v1/learning/clusters?state=${state}`),
  look: () => http.post<{ questions: number }>('/api/v1/learning/look', {}),
  publish: (id: string, body: Growth) => http.post<void>(`/api/v1/learning/clusters/${id}/publish`, body),
  trial: (id: string, body: Growth) => http.post<{ result: Trial | null }>(`/api/v1/learning/clusters/${id}/trial`, body).then(answer => answer.result),
  experiments: () => http.get<{ items: Experiment[] }>('/api/v1/bots/experiments').then(answer => answer.items),
  startExperiment: (body: { name: string; itemId?: string; flowId?: string; variants: Variant[] }) => http.post<Experiment>('/api/v1/bots/experiments', body),
  endExperiment: (id: string, winner: string | null) => http.post<void>(`/api/v1/bots/experiments/${id}/end`, { winner }),
  dismiss: (id: string) => http.post<void>(`/api/v1/learning/clusters/${id}/dismiss`, {}),
  undo: (id: string) => http.post<void>(`/api/v1/learning/clusters/${id}/undo`, {}),
  flows: () => http.get<{ items: FlowItem[] }>('/api/v1/bots/flows').then(answer => answer.items),
  flow: (id: string) => http.get<FlowDraft>(`/api/v1/bots/flows/${id}`),
  createFlow: (text: string) => http.post<FlowDraft>('/api/v1/bots/flows', { text }),
  changeFlow: (id: string, changes: { flow?: Flow; text?: string; enabled?: boolean }) => http.patch<FlowDraft>(`/api/v1/bots/flows/${id}`, changes),
  parseFlow: (draft: { flow?: Flow; text?: string }) => http.post<{ flow: Flow; text: string; faults: Fault[] }>('/api/v1/bots/flows/parse', draft),
  publishFlow: (id: string) => http.post<FlowDraft>(`/api/v1/bots/flows/${id}/publish`, {}),
  versions: (id: string) => http.get<{ items: FlowVersion[] }>(`/api/v1/bots/flows/${id}/versions`).then(answer => answer.items),
  actions: () => http.get<{ items: ActionItem[]; builtIn: string[] }>('/api/v1/bots/actions'),
  createAction: (action: ActionRequest) => http.post<ActionItem>('/api/v1/bots/actions', action),
  changeAction: (id: string, action: ActionRequest) => http.put<ActionItem>(`/api/v1/bots/actions/${id}`, action),
  removeAction: (id: string) => http.remove(`/api/v1/bots/actions/${id}`),
  testAction: (id: string, args: Record<string, string>, dryRun: boolean) => http.post<{ outcome: string; values: Record<string, string>; request: string }>(`/api/v1/bots/actions/${id}/test`, { arguments: args, dryRun }),
  parse: (body: { text?: string; flow?: Flow }) => http.post<{ flow: Flow; text: string; faults: Fault[] }>('/api/v1/bots/flows/parse', body),
})
export type BotSource = ReturnType<typeof botSource>
