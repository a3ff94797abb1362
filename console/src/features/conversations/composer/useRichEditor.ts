import { nextTick, onBeforeUnmount, onMounted, shallowRef } from 'vue'
import type { Ref } from 'vue'
import { placeIn } from './rich/lines'
import type { Content, Editor, Listening } from './rich/editor'
import { whenIdle } from './whenIdle'

interface Meanwhile { root: Readonly<Ref<HTMLElement | null>>; area: () => HTMLTextAreaElement | null | undefined; content: () => Content; on: Listening; opened: (editor: Editor) => void }

/** Brings the rich editor when the page is idle. Until then a plain field stands there; what was typed, the caret and the focus go over. */
export function useRichEditor({ root, area, content, on, opened }: Meanwhile) {
  const editor = shallowRef<Editor | null>(null)
  let gone = false
  let composing = false
  let composed = () => {}
  /** A word that is being composed is not torn apart. */
  const settled = () => (composing ? new Promise<void>(resolve => (composed = resolve)) : Promise.resolve())

  let stop = () => {}
  onMounted(() => (stop = whenIdle(async () => {
    const { openEditor } = await import('./rich/editor')
    await settled()
    if (gone || !root.value) return
    const now = content()
    const field = now.shows.length && document.activeElement === area() ? area() : null
    const places = field && [field.selectionStart, field.selectionEnd].map(at => placeIn(now.text, at, now.shows))
    const made = openEditor(root.value, now, on)
    opened(made)
    editor.value = made
    if (!places) return
    await nextTick() // the other field is shown; no key can come in between
    made.select(places[0]!, places[1]!)
    made.focus()
  })))
  onBeforeUnmount(() => {
    gone = true
    stop()
    editor.value?.close()
  })
  return {
    editor,
    composition(begins: boolean) {
      composing = begins
      if (!begins) setTimeout(() => composed())
    },
  }
}
