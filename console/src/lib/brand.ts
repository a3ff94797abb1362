import { shallowRef } from 'vue'

export type BrandImages = Partial<Record<'logo-light' | 'logo-dark' | 'icon', string>>
export interface ShownBrand { name: string | null; images: BrandImages }

/** The firm's own name and signs, as the server has put them into the page: they are there before anything is drawn. */
function inPage(): ShownBrand {
  try {
    const { name, images } = JSON.parse(document.querySelector<HTMLMetaElement>('meta[name=queqiao-brand]')?.content ?? '{}') as Partial<ShownBrand>
    return { name: name ?? null, images: images ?? {} }
  } catch {
    return { name: null, images: {} }
  }
}

export const brand = shallowRef<ShownBrand>(inPage())

/** After a change: this page wears it at once. Others when they are loaded next. */
export function wear({ name, images, sheet }: ShownBrand & { sheet: string | null }) {
  brand.value = { name, images }
  document.querySelectorAll('link[data-brand]').forEach(link => link.remove())
  if (sheet) {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: sheet })
    link.setAttribute('data-brand', '')
    document.head.append(link) // the last one counts
  }
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (icon && images.icon) icon.href = images.icon
}
