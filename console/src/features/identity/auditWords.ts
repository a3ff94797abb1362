/** What the trail can be narrowed to: the part of an action's name before the point. Each has its text in `audit.kinds`. */
export const kinds = [
  'agent', 'session', 'sessions', 'invitation', 'password_reset', 'second_factor', 'recovery_codes', 'recovery_code', 'token', 'team', 'workspace', 'channel',
  'custom_field', 'conversation_settings', 'tag', 'notice', 'user_key', 'app_push', 'approval', 'approval_rules', 'audit', 'contacts', 'transcript', 'files', 'search',
  'role', 'access', 'device', 'contact', 'consent', 'customer_data', 'conversations', 'message', 'canned_reply', 'routing', 'wrap_up_plan', 'view', 'segment',
  'bot', 'bot_action', 'bot_flow', 'bot_experiment', 'bot_suggestion', 'knowledge_base', 'knowledge_item', 'knowledge_category', 'knowledge_check', 'knowledge_edge', 'knowledge_import',
  'knowledge_term', 'passkey', 'identity', 'sign_in_policy', 'sso_provider', 'scim_token', 'scim_group', 'server_mail', 'keys', 'job', 'listener',
] as const

/** The key of the text for an action: `contact.merged` is `audit.actions.contact_merged`. What follows a second point only says which one. */
export const actionKey = (action: string) => `audit.actions.${action.split('.').slice(0, 2).join('_')}`
