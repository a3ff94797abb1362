// A real OpenID Connect provider for the tests. Prints its address; a test tells it who there is and who may come by POST /__control.
import { createServer } from 'node:http'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import Provider from 'oidc-provider'

const people = new Map()
let settings = {}
let keys = [key()]
let provider
let issuer

function key(alg = 'RS256') {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg }
}

function build() {
  provider = new Provider(issuer, {
    clients: [{
      client_id: 'queqiao',
      client_secret: 'a secret that only the two know',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: settings.redirectUris ?? ['https://unused.example/'],
      post_logout_redirect_uris: settings.signedOutUris ?? [],
      token_endpoint_auth_method: settings.authMethod ?? 'client_secret_basic',
      ...(settings.logoutUri ? { backchannel_logout_uri: settings.logoutUri, backchannel_logout_session_required: true } : {}),
    }],
    jwks: { keys },
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => true },
    claims: { openid: ['sub', 'sid'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: settings.claimsByUserInfoOnly ?? false,
    features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    findAccount: (_, id) => ({ accountId: people.get(id)?.sub ?? id, claims: () => ({ sub: id, ...people.get(id) }) }),
    fetch: (url, { dispatcher, ...options }) => fetch(url, options), // its guard refuses loopback, where our server is
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  })
}

async function control(request, response) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const wish = JSON.parse(Buffer.concat(chunks).toString())
  if (wish.person) people.set(wish.person.sub, wish.person)
  if (wish.rotate) keys = [key()]
  if (wish.settings) settings = { ...settings, ...wish.settings }
  if (wish.settings || wish.rotate) build()
  response.end('{}')
}

const server = createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/__control') void control(request, response)
  else provider.callback()(request, response)
})
server.listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`
  build()
  console.log(`listening ${issuer}`)
})
process.stdin.on('end', () => process.exit()).resume() // ends with the test that started it
