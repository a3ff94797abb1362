import { expect, it, vi } from 'vitest'
import { createHttp } from './client'
import type { Problem } from './client'

function setUp(answer: () => Promise<Response>) {
  const fetch = vi.fn<typeof globalThis.fetch>(answer)
  const onSignedOut = vi.fn()
  return { fetch, onSignedOut, http: createHttp({ locale: () => 'zh-CN', onSignedOut, fetch }) }
}
const json = (status: number, body: unknown, headers = {}) => async () => new Response(JSON.stringify(body), { status, headers })
const failure = (work: Promise<unknown>) => work.then(() => null, (error: unknown) => error as Problem)

it('asks in the reader\'s language and leaves empty parameters out', async () => {
  const { http, fetch } = setUp(json(200, { items: [] }))
  await http.get('/api/v1/conversations', { view: 'mine', cursor: null, limit: 50 })
  expect(fetch.mock.calls[0]?.[0]).toBe('/api/v1/conversations?view=mine&limit=50')
  expect(fetch.mock.calls[0]?.[1]).toMatchObject({ method: 'GET', headers: { 'accept-language': 'zh-CN' } })
})

it('turns problem+json into a Problem with fields', async () => {
  const { http } = setUp(json(400, { code: 'validation', detail: 'd', errors: { email: ['e'] } }))
  expect(await failure(http.post('/x', {}))).toMatchObject({ status: 400, code: 'validation', detail: 'd', fields: { email: ['e'] }, transient: false })
})

it('knows what may pass by itself', async () => {
  expect(await failure(setUp(json(503, { code: 'busy' }, { 'retry-after': '3' })).http.get('/x'))).toMatchObject({ transient: true, retryAfterSeconds: 3 })
  expect(await failure(setUp(async () => { throw new TypeError('network') }).http.get('/x'))).toMatchObject({ code: 'offline', transient: true })
  expect(await failure(setUp(async () => new Response('<html>', { status: 502 })).http.get('/x'))).toMatchObject({ code: 'internal', transient: true })
})

it('says that the session is over, but not for a wrong password', async () => {
  const over = setUp(json(401, { code: 'unauthenticated' }))
  await failure(over.http.get('/x'))
  expect(over.onSignedOut).toHaveBeenCalledOnce()
  const wrong = setUp(json(401, { code: 'invalid_credentials' }))
  await failure(wrong.http.post('/x', {}))
  expect(wrong.onSignedOut).not.toHaveBeenCalled()
})

it('asks for a proof once and sends the request again', async () => {
  const answers = [json(403, { code: 'proof_required' }), json(200, { ok: true }), json(403, { code: 'proof_required' }), json(403, { code: 'proof_required' })]
  const fetch = vi.fn<typeof globalThis.fetch>(() => answers.shift()!())
  const prove = vi.fn(() => Promise.resolve(true))
  const http = createHttp({ locale: () => 'en', onSignedOut: vi.fn(), prove, fetch })
  expect(await http.post('/x', {})).toEqual({ ok: true })
  expect(await failure(http.post('/x', {}))).toMatchObject({ code: 'proof_required' })
  expect([prove.mock.calls.length, fetch.mock.calls.length]).toEqual([2, 4])
  prove.mockResolvedValueOnce(false)
  answers.push(json(403, { code: 'proof_required' }))
  expect(await failure(http.post('/x', {}))).toMatchObject({ code: 'proof_required' })
  expect(fetch).toHaveBeenCalledTimes(5)
})

it('a code that is asked for at sign-in ends no session', async () => {
  for (const code of ['otp_required', 'otp_invalid']) {
    const { http, onSignedOut } = setUp(json(401, { code }))
    await failure(http.post('/x', {}))
    expect(onSignedOut).not.toHaveBeenCalled()
  }
})
