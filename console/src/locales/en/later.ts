// Texts that only settings and pages like them need: they come with the first of those pages, not with the inbox.
import settings from './settings.json'
import workbench from './workbench.json'

export default { settings, workbench }
