/** WebAuthn's JSON forms by hand: browsers have had the ceremonies for years and the conversions only lately. */
export const passkeysWork = () => typeof window !== 'undefined' && 'PublicKeyCredential' in window && !!navigator.credentials

export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(letters, letter => letter.charCodeAt(0))
}
export function toText(bytes: ArrayBuffer | null): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

interface Described { id: string; type: 'public-key'; transports?: AuthenticatorTransport[] }
export interface CreationOptions { challenge: string; user: { id: string; name: string; displayName: string }; excludeCredentials?: Described[]; [more: string]: unknown }
export interface RequestOptions { challenge: string; allowCredentials?: Described[]; [more: string]: unknown }
const withBytes = (list: Described[] | undefined) => (list ?? []).map(one => ({ ...one, id: toBytes(one.id) }))

export async function createPasskey(options: CreationOptions) {
  const made = await navigator.credentials.create({
    publicKey: { ...options, challenge: toBytes(options.challenge), user: { ...options.user, id: toBytes(options.user.id) }, excludeCredentials: withBytes(options.excludeCredentials) } as unknown as PublicKeyCredentialCreationOptions,
  }) as PublicKeyCredential
  const response = made.response as AuthenticatorAttestationResponse
  return {
    id: made.id, rawId: toText(made.rawId), type: made.type, authenticatorAttachment: made.authenticatorAttachment, clientExtensionResults: {},
    response: { clientDataJSON: toText(response.clientDataJSON), attestationObject: toText(response.attestationObject), transports: response.getTransports?.() ?? [] },
  }
}

export async function usePasskey(options: RequestOptions) {
  const used = await navigator.credentials.get({
    publicKey: { ...options, challenge: toBytes(options.challenge), allowCredentials: withBytes(options.allowCredentials) } as unknown as PublicKeyCredentialRequestOptions,
  }) as PublicKeyCredential
  const response = used.response as AuthenticatorAssertionResponse
  return {
    id: used.id, rawId: toText(used.rawId), type: used.type, authenticatorAttachment: used.authenticatorAttachment, clientExtensionResults: {},
    response: { clientDataJSON: toText(response.clientDataJSON), authenticatorData: toText(response.authenticatorData), signature: toText(response.signature), ...(response.userHandle ? { userHandle: toText(response.userHandle) } : {}) },
  }
}

/** The person closed the browser's window, or has no passkey for this place: nothing went wrong. */
export const isCancelled = (error: unknown) => error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError')
