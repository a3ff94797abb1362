const form = document.getElementById('say')
const answers = document.getElementById('answers')
const state = document.getElementById('state')
const field = name => form.elements[name].value.trim()

async function look() {
  const reply = await fetch(`/demo/phone/messages?kind=${encodeURIComponent(field('kind'))}&name=${encodeURIComponent(field('name'))}`)
  if (!reply.ok) return
  const { items } = await reply.json()
  answers.replaceChildren(...items.map(one => Object.assign(document.createElement('li'), { textContent: `${new Date(one.at).toLocaleTimeString()}  ${one.text || one.type}` })))
}

form.addEventListener('submit', async event => {
  event.preventDefault()
  const reply = await fetch('/demo/phone/messages', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ kind: field('kind'), name: field('name'), text: field('text') }) })
  state.textContent = reply.ok ? '✓' : `✗ ${reply.status}`
  if (reply.ok) form.elements.text.value = ''
})
form.addEventListener('change', look)
setInterval(look, 1500)
void look()
