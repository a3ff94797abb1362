import { QueqiaoError } from './types'

export type Fetch = typeof fetch

/** Requests with the visitor's token; refusals become errors with the server's code. */
export function http(base: string, fetcher: Fetch, token: () => string | null) {
  return async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const known = token()
    const reply = await fetcher(base + path, {
      method,
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...(known && { Authorization: `Bearer ${known}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (reply.ok) return (reply.status === 204 ? undefined : await reply.json()) as T
    const problem = (await reply.json().catch(() => ({}))) as { code?: string; detail?: string }
    throw new QueqiaoError(problem.code ?? 'http', reply.status, problem.detail)
  }
}
