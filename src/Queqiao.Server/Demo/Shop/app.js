// The shop's app: asks its server who is signed in, and hands the signed proof to the chat. Closed, it is an icon that gets notifications.
window.queqiao ??= Object.assign(function () { queqiao.q.push(arguments) }, { q: [] })
const name = new URLSearchParams(location.search).get('name') ?? '小雨'
const at = id => document.getElementById(id)
const here = path => `${path}${path.includes('?') ? '&' : '?'}name=${encodeURIComponent(name)}`

async function signIn() {
  const reply = await fetch(here('/demo/app/user'))
  if (!reply.ok) return
  const user = await reply.json()
  at('who').textContent = user.name
  queqiao('identify', { jwt: user.jwt })
}

function show(items) {
  const count = items.reduce((sum, note) => sum + note.unread, 0)
  at('badge').hidden = !count
  at('badge').textContent = count
  const text = JSON.stringify(items)
  if (at('notes').dataset.shown === text) return
  at('notes').dataset.shown = text
  at('notes').replaceChildren(...items.map(note => {
    const line = document.createElement('li')
    const title = document.createElement('strong')
    title.textContent = note.title
    line.append(title, document.createElement('br'), note.preview ?? '', ` · ${note.unread} ${at('notes').dataset.unread}`)
    return line
  }))
}

async function look() {
  const reply = await fetch(here('/demo/app/notes'))
  if (reply.ok) show((await reply.json()).items)
  setTimeout(look, 1500)
}

if (at('notes')) {
  at('icon').href = here('/demo/app')
  void look()
} else {
  at('leave').href = here('/demo/app?home=1')
  at('help').addEventListener('click', () => queqiao('open'))
  void signIn()
}
