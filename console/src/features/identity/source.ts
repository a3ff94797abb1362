import type { Http } from '@/api/client'
import type { Agent, Session } from '@/api/types'

export interface SetUpRequest { token: string; workspaceName: string; name: string; email: string; password: string; locale: string }
export interface Page<T> { items: T[]; nextCursor?: string | null }

export interface IdentitySource {
  session(): Promise<Session>
  signIn(email: string, password: string, otp?: string, remember?: boolean): Promise<Session>
  /** Where to go to sign out at the provider too; nothing: nowhere. */
  signOut(): Promise<{ signOutUrl: string } | undefined>
  /** Everybody, page by page: for names and for choosing. */
  agents(): Promise<Agent[]>
  /** What a page must know before it asks for anything else. */
  start(): Promise<{ required: boolean; signedIn: boolean }>
  setUp(request: SetUpRequest): Promise<Session>
}

export const identitySource = (http: Http): IdentitySource => ({
  session: () => http.get('/api/v1/session'),
  signIn: (email, password, otp, remember = false) => http.post('/api/v1/session', otp === undefined ? { email, password } : { email, password, otp, remember }),
  signOut: () => http.remove<{ signOutUrl: string } | undefined>('/api/v1/session'),
  start: () => http.get('/api/v1/setup'),
  setUp: request => http.post('/api/v1/setup', request),
  agents: async () => {
    const all: Agent[] = []
    let cursor: string | null | undefined
    do {
      const page = await http.get<Page<Agent>>('/api/v1/agents', { limit: 200, cursor })
      all.push(...page.items)
      cursor = page.nextCursor
    } while (cursor)
    return all
  },
})
