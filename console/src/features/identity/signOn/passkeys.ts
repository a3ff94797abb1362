import type { Http } from '@/api/client'
import type { Session } from '@/api/types'
import type { CreationOptions, RequestOptions } from './webauthn'

export interface PasskeyRow { id: string; name: string; synced: boolean; createdAt: string; lastUsedAt: string | null }
interface Begun<T> { options: T; state: string }

export const passkeySource = (http: Http) => ({
  list: async () => (await http.get<{ items: PasskeyRow[] }>('/api/v1/me/passkeys')).items,
  begin: () => http.post<Begun<CreationOptions>>('/api/v1/me/passkeys/begin', {}),
  add: (name: string, state: string, credential: unknown) => http.post<{ passkey: PasskeyRow; recoveryCodes: string[] | null }>('/api/v1/me/passkeys', { name, state, credential }),
  rename: (id: string, name: string) => http.patch<PasskeyRow>(`/api/v1/me/passkeys/${id}`, { name }),
  remove: (id: string) => http.remove(`/api/v1/me/passkeys/${id}`),
  beginSignIn: () => http.post<Begun<RequestOptions>>('/api/v1/session/passkey/begin', {}),
  signIn: (state: string, credential: unknown) => http.post<Session>('/api/v1/session/passkey', { state, credential }),
  signInAfterPassword: (email: string, password: string, state: string, credential: unknown, remember: boolean) => http.post<Session>('/api/v1/session', { email, password, passkey: { state, credential }, remember }),
  beginProof: () => http.post<Begun<RequestOptions>>('/api/v1/session/proof/passkey/begin', {}),
  prove: (state: string, credential: unknown) => http.post<void>('/api/v1/session/proof/passkey', { state, credential }),
})

export const passkeysKey = ['me', 'passkeys'] as const
