import { onScopeDispose } from 'vue'

export interface KeyBinding {
  /** 'j', '?', 'Escape', 'Mod+Enter', or two keys: 'g i' */
  keys: string
  run: (event: KeyboardEvent) => void
  /** Also works while the focus is in a text field. */
  inInput?: boolean
  /** Asked at the moment of the key press; a binding that does not apply lets the key through. */
  when?: () => boolean
}

export function isTyping(target: EventTarget | null) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** A Chinese input method sends keydown while it composes: Enter then picks a word and must not send. */
export const isComposing = (event: KeyboardEvent) => event.isComposing || event.keyCode === 229

export function keyOf(event: KeyboardEvent) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return event.ctrlKey || event.metaKey ? `Mod+${key}` : event.altKey ? `Alt+${key}` : key
}

const layers: KeyBinding[][] = []
let pending = ''
let timer: ReturnType<typeof setTimeout> | undefined

function find(sequence: string, event: KeyboardEvent) {
  for (const layer of [...layers].reverse())
    for (const binding of layer)
      if (binding.keys === sequence && (binding.inInput || !isTyping(event.target)) && (binding.when?.() ?? true)) return binding
  return undefined
}

// Menus and dialogs own the keyboard while they are open.
const inOverlay = () => document.querySelector('[role=dialog],[role=alertdialog],[role=menu]') !== null

let holders = 0
let ahead = ''

/** While a dialog that was asked for is still on its way: what is typed now is meant for it and must not be read as shortcuts. */
export function holdKeys(most = 3_000): () => void {
  holders++
  ahead = ''
  let held = true
  const release = () => {
    if (held) holders--
    held = false
  }
  setTimeout(release, most)
  return release
}

/** The letters that were typed meanwhile. */
export function typedAhead(): string {
  const letters = ahead
  ahead = ''
  return letters
}

export function handleKey(event: KeyboardEvent) {
  if (isComposing(event) || event.defaultPrevented || inOverlay()) return
  if (holders > 0 && !isTyping(event.target)) {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return
    ahead += event.key
    return event.preventDefault()
  }
  const key = keyOf(event)
  const binding = (pending && find(`${pending} ${key}`, event)) || find(key, event)
  pending = ''
  if (binding) {
    event.preventDefault()
    return binding.run(event)
  }
  if (isTyping(event.target) || !layers.some(layer => layer.some(({ keys }) => keys.startsWith(`${key} `)))) return
  pending = key
  clearTimeout(timer)
  timer = setTimeout(() => (pending = ''), 900)
}

/** Bindings live as long as the component; those of the innermost component win. */
export function useKeys(bindings: KeyBinding[]) {
  if (layers.length === 0) document.addEventListener('keydown', handleKey)
  layers.push(bindings)
  onScopeDispose(() => {
    layers.splice(layers.indexOf(bindings), 1)
    if (layers.length === 0) document.removeEventListener('keydown', handleKey)
  })
}

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
export const modLabel = isMac ? '⌘' : 'Ctrl'
