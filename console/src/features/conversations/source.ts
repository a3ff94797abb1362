import type { Http } from '@/api/client'
import { partsOf } from '@/api/types'
import type { Counts, FieldValue, ItemPage, MessageItem, Priority, Receipt, Row, RowPage, Sort, Status, View } from '@/api/types'

export interface ConversationSource {
  page(view: View, sort: Sort, cursor: string | null): Promise<RowPage>
  counts(): Promise<Counts>
  row(id: string): Promise<Row>
  newest(id: string): Promise<ItemPage>
  after(id: string, seq: number): Promise<ItemPage>
  before(id: string, seq: number): Promise<ItemPage>
  /** A page after a seq that need not be the newest. */
  between(id: string, seq: number): Promise<ItemPage>
  /** From an instant on. */
  from(id: string, at: Date): Promise<ItemPage>
  send(id: string, message: { clientId: string; text: string; private: boolean; replyTo?: number; mentions?: readonly string[]; attachments?: string[]; seen?: number; format?: 'markdown' }): Promise<Receipt>
  assign(id: string, agentId: string | null): Promise<{ seq: number }>
  setStatus(id: string, status: Status, more?: { until?: string; reason?: string }): Promise<{ seq: number }>
  assignTeam(id: string, teamId: string | null): Promise<{ seq: number }>
  transfer(id: string, to: { teamId?: string; agentId?: string; note?: string }): Promise<{ seq: number }>
  setTags(id: string, change: { add?: readonly string[]; remove?: readonly string[] }): Promise<{ seq: number }>
  setPriority(id: string, priority: Priority): Promise<{ seq: number }>
  change(id: string, change: { subject?: string; fields?: Record<string, FieldValue> }): Promise<{ seq: number }>
  /** A message without its stars, for a reason that is written down. */
  revealMessage(id: string, seq: number, reason: string): Promise<{ item: MessageItem; until: string }>
  edit(id: string, seq: number, text: string, format?: 'markdown'): Promise<{ seq: number }>
  recall(id: string, seq: number): Promise<void>
  /** Null: what is there is taken away. */
  react(id: string, seq: number, sign: string | null): Promise<unknown>
  merge(id: string, intoId: string): Promise<{ seq: number }>
  read(id: string, seq: number): Promise<void>
}

export function conversationSource(http: Http): ConversationSource {
  const root = '/api/v1/conversations'
  const one = (id: string) => `${root}/${encodeURIComponent(id)}`
  return {
    page: (view, sort, cursor) => { const [order, group] = partsOf(sort); return http.get(root, { view, sort: order, group, cursor, limit: 50 }) },
    counts: () => http.get(`${root}/counts`),
    row: id => http.get(one(id)),
    newest: id => http.get(`${one(id)}/messages`, { limit: 50 }),
    after: (id, after) => http.get(`${one(id)}/messages`, { after, limit: 200 }),
    between: (id, after) => http.get(`${one(id)}/messages`, { after, limit: 50 }),
    from: (id, at) => http.get(`${one(id)}/messages`, { at: at.toISOString(), limit: 50 }),
    before: (id, before) => http.get(`${one(id)}/messages`, { before, limit: 50 }),
    send: (id, message) => http.post(`${one(id)}/messages`, message),
    assign: (id, agentId) => http.post(`${one(id)}/assign`, { agentId }),
    setStatus: (id, status, more) => http.post(`${one(id)}/status`, { status, ...more }),
    assignTeam: (id, teamId) => http.post(`${one(id)}/assign`, { teamId }),
    transfer: (id, to) => http.post(`${one(id)}/transfer`, to),
    setTags: (id, change) => http.post(`${one(id)}/tags`, change),
    setPriority: (id, priority) => http.post(`${one(id)}/priority`, { priority }),
    change: (id, change) => http.patch(one(id), change),
    revealMessage: (id, seq, reason) => http.post(`${one(id)}/messages/${seq}/reveal`, { reason }),
    edit: (id, seq, text, format) => http.patch(`${one(id)}/messages/${seq}`, { text, ...(format ? { format } : {}) }),
    recall: (id, seq) => http.remove(`${one(id)}/messages/${seq}`),
    react: (id, seq, sign) => (sign === null ? http.remove(`${one(id)}/messages/${seq}/reaction`) : http.put(`${one(id)}/messages/${seq}/reaction`, { emoji: sign })),
    merge: (id, intoId) => http.post(`${one(id)}/merge`, { intoId }),
    read: (id, seq) => http.post(`${one(id)}/read`, { seq }),
  }
}
