// Texts that only settings and pages like them need: they come with the first of those pages, not with the inbox.
import background from './background.json'
import settings from './settings.json'

export default { background, settings }
