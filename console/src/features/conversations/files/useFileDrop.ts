import { onScopeDispose, ref } from 'vue'

/** Files that are dragged over an element. Text and links are left alone. */
export function useFileDrop(enabled: () => boolean, take: (files: File[]) => void) {
  const over = ref(false)
  let leaving: ReturnType<typeof setTimeout> | undefined
  const has = (event: DragEvent) => enabled() && (event.dataTransfer?.types.includes('Files') ?? false)
  onScopeDispose(() => clearTimeout(leaving))
  return {
    over,
    on: {
      dragover(event: DragEvent) {
        if (!has(event)) return
        event.preventDefault()
        if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
        over.value = true
        // dragleave fires for every child; an end of dragover does not lie.
        clearTimeout(leaving)
        leaving = setTimeout(() => (over.value = false), 200)
      },
      drop(event: DragEvent) {
        if (!has(event)) return
        event.preventDefault()
        clearTimeout(leaving)
        over.value = false
        take([...(event.dataTransfer?.files ?? [])])
      },
    },
  }
}
