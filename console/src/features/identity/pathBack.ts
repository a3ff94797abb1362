/** Where to after signing in: only a path of this console, never another site. */
export const pathBack = (to: unknown) => (typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : '/inbox')
