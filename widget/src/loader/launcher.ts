import type { Shell } from '../contract'
import css from './launcher.css?inline'

/** The button, and nothing else. No request leaves and nothing is stored for it. */
export function createLauncher(): Pick<Shell, 'host' | 'root' | 'launcher' | 'badge'> {
  const host = document.createElement('div')
  host.setAttribute('role', 'region')
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]

  const launcher = document.createElement('button')
  launcher.type = 'button'
  launcher.className = 'launcher'
  launcher.ariaExpanded = 'false'
  launcher.append(icon('M4 11.5A7.5 7.5 0 0 1 11.5 4h1a7.5 7.5 0 0 1 0 15H5l-1 1zM9 11.5h.01M12 11.5h.01M15 11.5h.01'), icon('M6 9.5l6 6 6-6'))
  const badge = document.createElement('span')
  badge.className = 'badge'
  launcher.append(badge)
  root.append(launcher)
  // Beside <body>, not in it: sites that replace their body while navigating keep the chat, and a filter or transform
  // on the body would turn "fixed" into something else.
  document.documentElement.append(host)
  return { host, root, launcher, badge }
}

function icon(d: string): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.ariaHidden = 'true'
  path.setAttribute('d', d)
  svg.append(path)
  return svg
}
