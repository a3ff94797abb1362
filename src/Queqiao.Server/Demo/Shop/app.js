// The shop's app: asks its server who is signed in, and hands the signed proof to the chat.
window.queqiao ??= Object.assign(function () { queqiao.q.push(arguments) }, { q: [] })
const name = new URLSearchParams(location.search).get('name') ?? '小雨'

async function signIn() {
  const reply = await fetch(`/demo/app/user?name=${encodeURIComponent(name)}`)
  if (!reply.ok) return
  const user = await reply.json()
  document.getElementById('who').textContent = user.name
  queqiao('identify', { jwt: user.jwt })
}

document.getElementById('help').addEventListener('click', () => queqiao('open'))
void signIn()
