import type { Http } from '@/api/client'
import type { Agent, Role } from '@/api/types'
import type { Page } from './source'

export interface Call { sound: boolean; desktop: boolean }
export const callEvents = ['assigned', 'message', 'mention', 'waiting'] as const
export type CallEvent = (typeof callEvents)[number]
export const tones = ['chime', 'drop', 'bell'] as const
export type Tone = (typeof tones)[number]
export type Notifications = Record<CallEvent, Call> & { tone: Tone; volume: number; quiet: { from: string; to: string } | null }
export interface Profile {
  id: string
  name: string
  email: string
  role: Role
  locale: 'zh-CN' | 'en'
  timeZone: string | null
  workspaceTimeZone: string
  color: string | null
  signature: string | null
  capacity: number
  teams: Agent['teams']
  notifications: Notifications
}
export interface FactorState { on: boolean; since: string | null; recoveryCodesLeft: number; required: boolean }
export interface FactorBegun { secret: string; uri: string; qr: { size: number; path: string } }
export interface ApiToken {
  id: string
  name: string
  hint: string
  agent: { id: string; name: string }
  permissions: string[]
  addresses: string[] | null
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
}
export interface NewToken { name: string; permissions: string[]; expiresAt: string | null; addresses: string[] | null }
export interface Workspace {
  id: string
  name: string
  timeZone: string
  locale: 'zh-CN' | 'en'
  secondFactor: 'optional' | 'required'
  withoutSecondFactor: number
  publicUrl: string | null
  createdAt: string
}
export interface AuditEntry {
  id: string
  at: string
  actor: { kind: 'agent' | 'token' | 'system' | 'anonymous'; id: string | null; name: string | null }
  action: string
  object: { kind: string; id: string | null; name: string | null }
  detail: unknown
  address: string | null
}

export interface Device { id: string; browser: string | null; address: string | null; firstSeenAt: string; lastSeenAt: string; trustedUntil: string | null; current: boolean }
export interface SignInEvent { id: string; at: string; outcome: 'started' | 'refused'; method: string | null; wrong: string | null; address: string | null; browser: string | null; newDevice: boolean }

/** One's own account, and the workspace. */
export interface AuditIntegrity {
  head: number
  waiting: number
  keepDays: number
  checkedAt: string | null
  checkedRows: number
  bad: { code: string; no: number | null; id: string | null } | null
}

export const ownSource = (http: Http) => ({
  me: () => http.get<Profile>('/api/v1/me'),
  change: (change: Partial<Pick<Profile, 'name' | 'locale' | 'timeZone' | 'color' | 'signature' | 'notifications'>>) => http.patch<Profile>('/api/v1/me', change),
  changePassword: (current: string, password: string) => http.post<void>('/api/v1/me/password', { current, password }),
  prove: (password: string, otp?: string) => http.post<void>('/api/v1/session/proof', otp ? { password, otp } : { password }),
  proveCode: (otp: string) => http.post<void>('/api/v1/session/proof', { otp }),
  factor: () => http.get<FactorState>('/api/v1/me/second-factor'),
  beginFactor: () => http.post<FactorBegun>('/api/v1/me/second-factor', {}),
  confirmFactor: async (code: string) => (await http.post<{ recoveryCodes: string[] }>('/api/v1/me/second-factor/confirm', { code })).recoveryCodes,
  removeFactor: () => http.remove('/api/v1/me/second-factor'),
  renewCodes: async () => (await http.post<{ recoveryCodes: string[] }>('/api/v1/me/recovery-codes', {})).recoveryCodes,
  devices: async () => (await http.get<{ items: Device[] }>('/api/v1/me/devices')).items,
  forgetDevice: (id: string) => http.remove(`/api/v1/me/devices/${id}`),
  distrust: () => http.remove('/api/v1/me/devices/trust'),
  signIns: (cursor: string | null) => http.get<Page<SignInEvent>>('/api/v1/me/sign-ins', { cursor, limit: 20 }),
  tokens: (of: 'me' | 'everybody', cursor?: string | null) => http.get<Page<ApiToken>>('/api/v1/tokens', { of, cursor, limit: 50 }),
  addToken: (token: NewToken) => http.post<{ id: string; token: string; row: ApiToken }>('/api/v1/tokens', token),
  revokeToken: (id: string) => http.remove(`/api/v1/tokens/${id}`),
  workspace: () => http.get<Workspace>('/api/v1/workspace'),
  changeWorkspace: (change: Partial<Pick<Workspace, 'name' | 'timeZone' | 'locale' | 'secondFactor'>>) => http.patch<Workspace>('/api/v1/workspace', change),
  auditIntegrity: () => http.get<AuditIntegrity>('/api/v1/audit/integrity'),
  setAuditDays: (keepDays: number) => http.put<AuditIntegrity>('/api/v1/audit/settings', { keepDays }),
  verifyAudit: () => http.post<unknown>('/api/v1/audit/verifications', {}),
  audit: (query: Record<string, string | undefined>, cursor?: string | null) =>
    http.get<Page<AuditEntry>>('/api/v1/audit', { ...query, cursor, limit: 50 }),
})
export type OwnSource = ReturnType<typeof ownSource>

export const profileKey = ['me'] as const
export const factorKey = ['me', 'factor'] as const
export const sessionsKey = ['me', 'sessions'] as const
export const devicesKey = ['me', 'devices'] as const
export const workspaceKey = ['workspace'] as const

/** The zones that this browser knows; the one in use is always among them. */
export function timeZones(used: string): string[] {
  const known = Intl.supportedValuesOf('timeZone')
  return known.includes(used) ? known : [used, ...known]
}
