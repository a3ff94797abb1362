import type { Http } from '@/api/client'
import type { Agent, Role, Session } from '@/api/types'

export interface SetUpRequest { token: string; workspaceName: string; name: string; email: string; password: string; locale: string }
export interface NewAgent { name: string; email: string; role: Role; password: string }

export interface IdentitySource {
  session(): Promise<Session>
  signIn(email: string, password: string): Promise<Session>
  signOut(): Promise<void>
  /** What a page must know before it asks for anything else. */
  start(): Promise<{ required: boolean; signedIn: boolean }>
  setUp(request: SetUpRequest): Promise<Session>
  agents(): Promise<Agent[]>
  addAgent(agent: NewAgent): Promise<Agent>
}

export const identitySource = (http: Http): IdentitySource => ({
  session: () => http.get('/api/v1/session'),
  signIn: (email, password) => http.post('/api/v1/session', { email, password }),
  signOut: () => http.remove('/api/v1/session'),
  start: () => http.get('/api/v1/setup'),
  setUp: request => http.post('/api/v1/setup', request),
  agents: async () => (await http.get<{ items: Agent[] }>('/api/v1/agents')).items,
  addAgent: agent => http.post('/api/v1/agents', agent),
})
