import type { Http } from '@/api/client'
import type { Counts, ItemPage, Receipt, Row, RowPage, Sort, View } from '@/api/types'

export interface ConversationSource {
  page(view: View, sort: Sort, cursor: string | null): Promise<RowPage>
  counts(): Promise<Counts>
  row(id: string): Promise<Row>
  newest(id: string): Promise<ItemPage>
  after(id: string, seq: number): Promise<ItemPage>
  before(id: string, seq: number): Promise<ItemPage>
  send(id: string, message: { clientId: string; text: string; private: boolean; attachments?: string[] }): Promise<Receipt>
  assign(id: string, agentId: string | null): Promise<{ seq: number }>
  setStatus(id: string, status: 'open' | 'resolved'): Promise<{ seq: number }>
  read(id: string, seq: number): Promise<void>
}

export function conversationSource(http: Http): ConversationSource {
  const root = '/api/v1/conversations'
  const one = (id: string) => `${root}/${encodeURIComponent(id)}`
  return {
    page: (view, sort, cursor) => http.get(root, { view, sort, cursor, limit: 50 }),
    counts: () => http.get(`${root}/counts`),
    row: id => http.get(one(id)),
    newest: id => http.get(`${one(id)}/messages`, { limit: 50 }),
    after: (id, after) => http.get(`${one(id)}/messages`, { after, limit: 200 }),
    before: (id, before) => http.get(`${one(id)}/messages`, { before, limit: 50 }),
    send: (id, message) => http.post(`${one(id)}/messages`, message),
    assign: (id, agentId) => http.post(`${one(id)}/assign`, { agentId }),
    setStatus: (id, status) => http.post(`${one(id)}/status`, { status }),
    read: (id, seq) => http.post(`${one(id)}/read`, { seq }),
  }
}
