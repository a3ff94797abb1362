import { shallowRef } from 'vue'

export interface Toast {
  id: number
  text: string
  tone: 'plain' | 'bad'
  action?: { label: string; run: () => void }
}

export const toasts = shallowRef<readonly Toast[]>([])
const timers = new Map<number, ReturnType<typeof setTimeout>>()
let last = 0

export function dismiss(id: number) {
  clearTimeout(timers.get(id))
  timers.delete(id)
  toasts.value = toasts.value.filter(toast => toast.id !== id)
}

const lifetime = (toast: Toast) => (toast.tone === 'bad' ? 8000 : 5000)
export function holdToast(id: number) {
  clearTimeout(timers.get(id))
}
export function releaseToast(toast: Toast) {
  clearTimeout(timers.get(toast.id))
  timers.set(toast.id, setTimeout(() => dismiss(toast.id), lifetime(toast)))
}

/** At most three at a time: the oldest makes room. */
export function showToast(text: string, options: { tone?: Toast['tone']; action?: Toast['action'] } = {}) {
  const toast: Toast = { id: ++last, text, tone: options.tone ?? 'plain', ...(options.action ? { action: options.action } : {}) }
  for (const old of toasts.value.slice(0, -2)) dismiss(old.id)
  toasts.value = [...toasts.value, toast]
  releaseToast(toast)
}
