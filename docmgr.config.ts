/**
 * The settings of this installation. Everything has a default: `docmgr config` shows what is in force and where each
 * value comes from. Environment variables (DOCMGR_LISTEN_HOST, …) override this file, flags override both.
 */
import { defineConfig } from 'docmgr/config'

export default defineConfig({
  // listen: { host: '127.0.0.1', http: 8000 },
  // changes: { historyHours: 24 },
})
