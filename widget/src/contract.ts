// What the loader hands to the widget, and what it gets back. Types only, so nothing of this is in either bundle.

export type Theme = 'auto' | 'light' | 'dark'

export interface Shell {
  /** Where the server lives, taken from the loader's own address: "https://chat.example". */
  base: string
  channel: string
  /** The element in the host page. Its shadow root holds the launcher and, later, the panel. */
  host: HTMLElement
  root: ShadowRoot
  launcher: HTMLButtonElement
  badge: HTMLElement
  /** Empty: not chosen by the page. */
  lang: string
  theme: Theme
}

export interface Widget {
  open(): void
  close(): void
  toggle(): void
  lang(lang: string): void
  theme(theme: Theme): void
  /** Nothing: whoever was here is no longer. */
  become(user: unknown): void
}
