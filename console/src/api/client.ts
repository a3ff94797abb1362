/** A refusal of the server (application/problem+json), or `code: 'offline'` when there was no answer at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string | null,
    readonly fields: Readonly<Record<string, readonly string[]>> = {},
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(`${status} ${code}`)
  }

  /** Whether the same request may succeed later without anybody changing it. */
  get transient() {
    return this.code === 'offline' || this.status >= 500 || this.status === 429
  }
}

export interface Http {
  get<T>(path: string, query?: Record<string, string | number | undefined | null>): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  patch<T>(path: string, body: unknown): Promise<T>
  put<T>(path: string, body: unknown): Promise<T>
  remove<T = void>(path: string): Promise<T>
  /** A file that a proof or an approval may stand before; a link could not ask for them. */
  download(path: string, method?: 'GET' | 'POST'): Promise<{ blob: Blob; name: string }>
}

export interface HttpOptions {
  locale: () => string
  /** A 401 on anything but signing in: the session has ended. */
  onSignedOut: () => void
  /** The server wants a recent proof that it is them (403 `proof_required`): true when it was given, then the request is sent again. */
  prove?: () => Promise<boolean>
  /** The deed needs a second person (403 `approval_needed`): the reason to ask one with, or null to leave it. */
  approve?: () => Promise<string | null>
  fetch?: typeof globalThis.fetch
}

/** What signing in is refused with: nobody was signed in, so nobody is signed out. */
const signInCodes = new Set(['invalid_credentials', 'otp_required', 'otp_invalid'])

export async function toProblem(response: Response): Promise<Problem> {
  let body: { code?: unknown; detail?: unknown; errors?: unknown } = {}
  try {
    body = (await response.json()) as typeof body
  } catch {
    // A proxy may answer with a page of its own: the status is all there is then.
  }
  const fallback = response.status >= 500 ? 'internal' : `http_${response.status}`
  const retry = Number(response.headers.get('retry-after'))
  return new Problem(
    response.status,
    typeof body.code === 'string' ? body.code : fallback,
    typeof body.detail === 'string' ? body.detail : null,
    (body.errors ?? {}) as Record<string, string[]>,
    retry > 0 ? retry : null,
  )
}

export function createHttp(options: HttpOptions): Http {
  async function send(method: string, path: string, body?: unknown, reason?: string, again = true): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json', 'accept-language': options.locale() }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (reason !== undefined) headers['request-approval'] = encodeURIComponent(reason)
    let response: Response
    try {
      const fetch = options.fetch ?? globalThis.fetch
      response = await fetch(path, { method, headers, credentials: 'same-origin', body: body === undefined ? null : JSON.stringify(body) })
    } catch {
      throw new Problem(0, 'offline', null)
    }
    // 202 with a problem: it was put before somebody else, and nothing has been done.
    if (response.ok && !(response.status === 202 && response.headers.get('content-type')?.startsWith('application/problem+json'))) return response
    const problem = await toProblem(response)
    if (problem.status === 401 && !signInCodes.has(problem.code)) options.onSignedOut()
    if (problem.code === 'proof_required' && again && (await options.prove?.())) return send(method, path, body, reason, false)
    if (problem.code === 'approval_needed' && reason === undefined) {
      const why = await options.approve?.()
      if (why) return send(method, path, body, why)
    }
    throw problem
  }
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await send(method, path, body)
    return response.status === 204 ? (undefined as T) : ((await response.json()) as T)
  }
  return {
    get: (path, query = {}) => {
      const search = new URLSearchParams()
      for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null) search.set(name, String(value))
      return call('GET', search.size ? `${path}?${search}` : path)
    },
    post: (path, body) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    put: (path, body) => call('PUT', path, body),
    remove: path => call('DELETE', path),
    download: async (path, method = 'GET') => {
      const response = await send(method, path, method === 'POST' ? {} : undefined)
      return { blob: await response.blob(), name: /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'download' }
    },
  }
}
