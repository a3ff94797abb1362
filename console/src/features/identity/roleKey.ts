const builtIn = ['owner', 'admin', 'supervisor', 'agent', 'viewer', 'system_admin', 'security_admin', 'audit_admin', 'newcomer']

/** Locale key of a role's name where only its id is known: what a workspace calls its own roles is for who may list them. */
export const roleKey = (id: string) => `identity.role.${builtIn.includes(id) ? id : 'own'}`
