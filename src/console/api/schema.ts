// Written by `npm run console:types`.
export interface paths {
  '/documents': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Documents, the newest first
     * @description A page that has a next one names it in the header Link (rel="next"), with a cursor whose cost does not grow with depth. created_from is inclusive, created_to is not; title finds a part of the title, in any case. A filter that is given several times finds the documents with any of its values. Where a token is needed, the list has what its user may read.
     */
    get: operations['listDocuments']
    put?: never
    /**
     * Creates a document
     * @description As JSON with the content as a string; as multipart/form-data with the content as the part `file` and the other fields as parts; or with the content as the body, its type as Content-Type, and title and created_by in the query.
     */
    post: operations['createDocument']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/totals': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * How many documents the database has, and the sum of their versions
     * @description The index has documents of the database, each in its present version or an older one: so both have the same where `GET /totals` and `GET /search/totals` answer the same numbers. A change is in the index a moment later. `docmgr reindex --check` compares document by document.
     */
    get: operations['getDocumentTotals']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * A document; counts a view
     * @description HEAD counts none, and neither does `view=false`: such as who shows it already and looks whether it has changed.
     */
    get: operations['getDocument']
    put?: never
    post?: never
    /** Deletes a document that was never signed */
    delete: operations['deleteDocument']
    options?: never
    head?: never
    /**
     * Changes the title, the status or both
     * @description A document only moves forward: created, sent, viewed, signed, completed, archived. Steps may be skipped, but only a signature leads to signed, and only a signed document becomes completed; cancelled is reached from any status before signed. The title of a signed or archived document is frozen. Setting a current value is a no-op and does not bump the version.
     */
    patch: operations['updateDocument']
    trace?: never
  }
  '/documents/{id}/content': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * The content of a document, as an attachment
     * @description The bytes are checked against their SHA-256. A content of at most 1 MiB is checked before the answer begins. A larger one is checked while it is sent, and the connection breaks off before its end when it is damaged. Of a range of a larger one only the size is checked: compare what was put together with Repr-Digest.
     */
    get: operations['getDocumentContent']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}/text': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * The text that was read of a document, page by page
     * @description With `q` also where a search for it finds something in the text, in all forms of its words.
     */
    get: operations['getDocumentText']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}/pages': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** How many pages a document has, and how large they are */
    get: operations['listDocumentPages']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}/pages/{page}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * A picture of a page of a document
     * @description Of a PDF, and of the pages of PNG, JPEG and TIFF. It is drawn when it is asked for first, and kept. Text is for reading at /documents/{id}/text.
     */
    get: operations['getPagePicture']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}/stats': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** How often a document was read, and by how many viewers */
    get: operations['getDocumentStats']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}/permissions': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What the caller may do with a document */
    get: operations['getDocumentPermissions']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}/history': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Who did what with a document, the newest first
     * @description Only owners and administrators see addresses, programs of clients, and who was given a role.
     */
    get: operations['listDocumentHistory']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}/access': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Who has a role in a document, the owners first
     * @description For its owners and administrators.
     */
    get: operations['listDocumentAccess']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}/access/{principal}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /**
     * Gives someone a role in a document, or another one
     * @description For its owners and administrators. Who gets a role sees the document in lists, searches and events at once; it is a new version of the document. A document keeps an owner.
     */
    put: operations['putDocumentAccess']
    post?: never
    /**
     * Takes away the role that someone has in a document
     * @description For its owners and administrators. The document is gone from their lists, searches and events; it is a new version of the document. The last owner stays.
     */
    delete: operations['deleteDocumentAccess']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/auth/session': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Who makes this request: by a session cookie, a JWT or an API key */
    get: operations['getSession']
    put?: never
    /**
     * Begins a session with a link that `docmgr login-link` has printed
     * @description A link works once, for ten minutes. The session is a cookie `__Host-docmgr`, which browsers keep over https and on localhost only; it ends after twelve hours without a request, and after seven days.
     */
    post: operations['createSession']
    /**
     * Ends the session of the cookie
     * @description At once where this process answers; within 30 seconds in every other.
     */
    delete: operations['deleteSession']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/auth/oidc/login': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Sends a browser to the identity provider to log in
     * @description OpenID Connect: authorization code flow with PKCE, state and nonce. A login must end within ten minutes.
     */
    get: operations['getProviderLogin']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/auth/oidc/callback': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Where the identity provider sends a browser that has logged in
     * @description The redirect URI to register at the provider: `http.publicUrl` with this path.
     */
    get: operations['getProviderCallback']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/people': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Everyone who is known, by their addresses
     * @description A page that has a next one names it in the header Link (rel="next"), with a cursor whose cost does not grow with depth.
     */
    get: operations['listPeople']
    put?: never
    /** Adds a person by their address, or changes the one who has it */
    post: operations['putPerson']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/people/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    /**
     * Changes what someone may do, and disables or enables them
     * @description Who is disabled is refused everywhere within 30 seconds, with their sessions, keys and tokens. Administrators cannot take their own role, or disable themselves.
     */
    patch: operations['updatePerson']
    trace?: never
  }
  '/people/{id}/login-link': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Makes a link that logs someone in, once
     * @description Its text stands in the address of the login page after #. It works for 10 minutes.
     */
    post: operations['createLoginLink']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/keys': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * One's own API keys, for administrators all; the newest first
     * @description A page that has a next one names it in the header Link (rel="next"), with a cursor whose cost does not grow with depth.
     */
    get: operations['listKeys']
    put?: never
    /** Makes an API key that acts for the caller; it is shown only now */
    post: operations['createKey']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/keys/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /**
     * Revokes one's own API key, for administrators any
     * @description The process that answers refuses it at once, others within 30 seconds. Repeated, or for an unknown key, it does nothing.
     */
    delete: operations['revokeKey']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/sessions': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * The browsers in which the caller is logged in, the newest first
     * @description For who has logged in; others have none. A page that has a next one names it in the header Link (rel="next"), with a cursor whose cost does not grow with depth.
     */
    get: operations['listSessions']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/sessions/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /**
     * Logs the caller out in another browser
     * @description Within 30 seconds everywhere. Repeated, or for an unknown session, it does nothing.
     */
    delete: operations['endSession']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/signatures': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * List signatures, newest first
     * @description Where tokens are required, these are the caller's own, and with document_id those of the documents among them that the caller may read; administrators and auditors get all.
     */
    get: operations['listSignatures']
    put?: never
    /**
     * Sign a document
     * @description An e-mail address, compared without case, signs a document once. The document becomes signed. Where tokens are required, signer_email is the address of the caller: only administrators, and API keys with the scope sign:for-others, sign for others.
     */
    post: operations['createSignature']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/signatures/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Read a signature, with its data as it was sent
     * @description Where tokens are required, only owners of the document and the signer get signature_data, ip_address and client_address; for others they are null.
     */
    get: operations['getSignature']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/signatures/{id}/image': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A signature's image */
    get: operations['getSignatureImage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}/signatures': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the signatures of a document, newest first */
    get: operations['listDocumentSignatures']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/search': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Find documents by words in their titles and contents
     * @description Words are stemmed, accents do not matter, and typing errors are tolerated, but not in phrases, prefixes and exclusions. The best matches come first; of many matches only the newest are ranked. A query without a word to look for, such as `-draft`, finds everything else with a score of 0, the newest first.
     */
    get: operations['searchDocuments']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/suggest': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Searches that begin with the query
     * @description Titles that have all words of the query, the last one as a beginning, and then the query with a word of a text that completes its last one. Every suggestion finds something with the same filters.
     */
    get: operations['suggestTitles']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/aggregations/{field}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Number of documents for each value of a field
     * @description The most frequent values first, at most 50. With q, only the matches of a search are counted.
     */
    get: operations['countDocumentsByField']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/search/totals': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * How many documents the search index has, and the sum of their versions
     * @description The index has documents of the database, each in its present version or an older one: so both have the same where `GET /totals` and `GET /search/totals` answer the same numbers. A change is in the index a moment later. `docmgr reindex --check` compares document by document.
     */
    get: operations['getIndexTotals']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/stats': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Number of subscribers */
    get: operations['getWebSocketStats']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/broadcast/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Sends a message to the subscribers of a document
     * @description They receive `{type: "broadcast", data, timestamp}`, where data is the body. It is not in the history: clients that connect later do not receive it.
     */
    post: operations['broadcastToDocument']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/dead-letters': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Events that a consumer could not process; the newest failures first
     * @description A page that has a next one names it in the header Link (rel="next"). Each page reads all letters; of more than 10000, those that were read first are listed.
     */
    get: operations['listDeadLetters']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/dead-letters/retry': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Has the newest state of the document of a dead letter processed again
     * @description The change feed brings the document once more, and the letter is settled. If it fails again, there is a new letter within seconds. Repeated, or for a letter that is settled already, it does nothing.
     */
    post: operations['retryDeadLetter']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/documents/{id}/events': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Messages about the changes of a document, as server-sent events
     * @description The messages and positions of the WebSocket; the id of an event is its position. An event of type `reset` says that earlier ones may be missing, one of type `connection.closed` why the stream ends.
     */
    get: operations['streamDocumentEvents']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/events': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Messages about the changes of all of one's documents, as server-sent events
     * @description Those that the user of the token may read; of all documents for administrators and auditors, and where no token is required and none was sent.
     */
    get: operations['streamEvents']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/auth/ticket': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * A single-use ticket that opens a WebSocket or an event stream
     * @description For clients that can send a credential only in a URL, such as pages in a browser: `?ticket=…`. The connection ends with the token that the ticket was issued for.
     */
    post: operations['createTicket']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/asyncapi.json': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The AsyncAPI description of messages and topics */
    get: operations['getAsyncApi']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/auth/token': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A token for any user, only in open mode */
    get: operations['getDevelopmentToken']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/health/live': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Whether the process runs */
    get: operations['getLiveness']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/health/ready': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Whether the process can serve, and which checks fail
     * @description Where auth.scrapeToken is set, only who has it, and administrators, learn more than the status.
     */
    get: operations['getReadiness']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/metrics': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Metrics in Prometheus' text format */
    get: operations['getMetrics']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/docs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A page that shows this description and sends requests from it */
    get: operations['getDocs']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/docs/{file}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A script or a style sheet of the page */
    get: operations['getDocsFile']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A page that lists and searches documents */
    get: operations['getDocumentsPage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/login': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A page to log in */
    get: operations['getLoginPage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/status': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A page that says how the service is */
    get: operations['getStatusPage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/settings': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A page of the sessions of its reader */
    get: operations['getSettingsPage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/settings/keys': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A page of API keys */
    get: operations['getKeysPage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/settings/people': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A page of people, for administrators */
    get: operations['getPeoplePage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/d/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A page that shows a document */
    get: operations['getDocumentPage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/d/{id}/sign': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A page to sign a document */
    get: operations['getSignPage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/console/{file}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A script or a style sheet of the console */
    get: operations['getConsoleFile']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/openapi.json': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** This OpenAPI description */
    get: operations['getOpenApi']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
}
export type webhooks = Record<string, never>
export interface components {
  schemas: {
    /** @description Problem details (RFC 9457) */
    Problem: {
      /** @enum {string} */
      type:
        | 'urn:docmgr:problem:malformed-request'
        | 'urn:docmgr:problem:unauthenticated'
        | 'urn:docmgr:problem:forbidden'
        | 'urn:docmgr:problem:not-found'
        | 'urn:docmgr:problem:document-not-found'
        | 'urn:docmgr:problem:page-not-found'
        | 'urn:docmgr:problem:signature-not-found'
        | 'urn:docmgr:problem:method-not-allowed'
        | 'urn:docmgr:problem:status-not-allowed'
        | 'urn:docmgr:problem:title-frozen'
        | 'urn:docmgr:problem:document-not-signable'
        | 'urn:docmgr:problem:document-not-deletable'
        | 'urn:docmgr:problem:last-owner'
        | 'urn:docmgr:problem:person-disabled'
        | 'urn:docmgr:problem:already-signed'
        | 'urn:docmgr:problem:request-in-progress'
        | 'urn:docmgr:problem:request-timeout'
        | 'urn:docmgr:problem:version-mismatch'
        | 'urn:docmgr:problem:payload-too-large'
        | 'urn:docmgr:problem:unsupported-encoding'
        | 'urn:docmgr:problem:unsupported-media-type'
        | 'urn:docmgr:problem:range-not-satisfiable'
        | 'urn:docmgr:problem:misdirected-request'
        | 'urn:docmgr:problem:validation-failed'
        | 'urn:docmgr:problem:page-not-drawable'
        | 'urn:docmgr:problem:idempotency-key-reused'
        | 'urn:docmgr:problem:upgrade-required'
        | 'urn:docmgr:problem:too-many-requests'
        | 'urn:docmgr:problem:headers-too-large'
        | 'urn:docmgr:problem:internal'
        | 'urn:docmgr:problem:content-damaged'
        | 'urn:docmgr:problem:unavailable'
        | 'urn:docmgr:problem:deadline-exceeded'
      title: string
      status: number
      detail: string
      /**
       * Format: uri
       * @description the id of the request
       */
      instance: string
      /** @description each invalid field, and what a valid value is */
      errors?: {
        field: string
        detail: string
      }[]
    }
    Document: {
      /**
       * Format: uuid
       * @example 019aa1b2-0000-7000-8000-000000000001
       */
      id: string
      /** @example Lease */
      title: string
      /**
       * @description of the file that the content was, with its folders where the client gave them
       * @example contracts/lease.pdf
       */
      file_name: string | null
      /** @example text/plain */
      content_type: string
      /**
       * @description bytes
       * @example 34
       */
      content_size: number
      /**
       * @description hexadecimal; the ETag of the content
       * @example 315f5bdb76d078c43b8ac0064e4a0164612b1fce77c869345bfc94c75894edd3
       */
      content_sha256: string | null
      /**
       * @description the key of the content in object storage
       * @example 019aa1b2-0000-7000-8000-000000000001/content
       */
      s3_key: string | null
      /**
       * @example created
       * @enum {string}
       */
      status: 'created' | 'sent' | 'viewed' | 'signed' | 'completed' | 'archived' | 'cancelled'
      /** @example ada@example.com */
      created_by: string
      /**
       * Format: date-time
       * @example 2026-03-01T09:30:00.123456Z
       */
      created_at: string
      /**
       * Format: date-time
       * @example 2026-03-01T09:30:00.123456Z
       */
      updated_at: string
      /** @description what was read of the content; it changes without a new version */
      text: {
        /**
         * @description what became of the text of the content: pending until it was read
         * @example indexed
         * @enum {string}
         */
        state: 'pending' | 'indexed' | 'empty' | 'failed'
        /** @description why there is no text, or not all of it; of a pending text how many pages OCR has left to read */
        reason?: string
        /** @description number of pages, of formats that have pages */
        pages?: number
        /** @description ISO 639-1, where it is certain */
        language?: string
        /**
         * @description the text is longer than what was read
         * @constant
         */
        cut?: true
      }
      /**
       * @description starts at 1, grows by one with every change; the ETag of the document
       * @example 1
       */
      version: number
    }
    Totals: {
      /** @description that have a content and are not deleted */
      documents: number
      /** @description the sum of their versions */
      versions: number
    }
    ExtractedText: {
      /**
       * @description what became of the text of the content: pending until it was read
       * @example indexed
       * @enum {string}
       */
      state: 'pending' | 'indexed' | 'empty' | 'failed'
      /** @description why there is no text, or not all of it; of a pending text how many pages OCR has left to read */
      reason?: string
      /** @description number of pages, of formats that have pages */
      pages?: number
      /** @description ISO 639-1, where it is certain */
      language?: string
      /**
       * @description the text is longer than what was read
       * @constant
       */
      cut?: true
      /**
       * Format: date-time
       * @description while the text is pending: when the process that answers last read a text, or pages of one, of any document; it changes as long as the queue gets on, and is missing before the first
       * @example 2026-03-01T00:00:00Z
       */
      queue_read_at?: string
      /** @description a page each, or the whole text of a format without pages; none unless the state is indexed, or pending while OCR reads: what it has read so far */
      parts: {
        /** @description missing for text that is on no page */
        page?: number
        text: string
        /** @description with `q`: places in the text, in UTF-16 code units; `end` is exclusive */
        found?: {
          start: number
          end: number
        }[]
      }[]
    }
    /**
     * @description the pages of a document, of which there are pictures
     * @example {
     *       "total": 1,
     *       "pages": [
     *         {
     *           "page": 1,
     *           "width": 595,
     *           "height": 842
     *         }
     *       ]
     *     }
     */
    DocumentPages: {
      /** @description 0: the format has no pages that can be drawn */
      total: number
      /** @description of the first 1000 pages the pixels of their pictures at scale 1, such as to leave room for them */
      pages: {
        page: number
        width: number
        height: number
      }[]
    }
    DocumentStats: {
      /** Format: uuid */
      document_id: string
      total_views: number
      unique_views: number
    }
    /**
     * @description what the caller may do with a document
     * @example {
     *       "role": "editor",
     *       "actions": [
     *         "read",
     *         "change"
     *       ]
     *     }
     */
    DocumentPermissions: {
      /** @description null: the caller has none, and may read every document */
      role: ('reader' | 'editor' | 'owner') | null
      /** @description read; change: also title and status, and deletion; share: also who may use it */
      actions: ('read' | 'change' | 'share')[]
    }
    HistoryEntry: {
      /** @description from 1, without gaps */
      number: number
      /** @enum {string} */
      action:
        | 'history.began'
        | 'document.created'
        | 'document.changed'
        | 'document.deleted'
        | 'access.given'
        | 'access.taken'
        | 'signature.added'
        | 'signature.changed'
        | 'signature.removed'
        | 'refused'
        | 'history.erased'
      /** Format: date-time */
      at: string
      /**
       * @description database: a statement that did not come from docmgr
       * @enum {string}
       */
      by: 'person' | 'key' | 'service' | 'anonymous' | 'database'
      /** @description of the document, where this is a version of it */
      version: number | null
      details: {
        [key: string]: unknown
      }
      /** @description what is known of people, and titles */
      values: {
        actor?: string
        subject?: string
        client_address?: string
        user_agent?: string
        created_by?: string
        title?: string
        old_title?: string
        principal?: string
        signer_email?: string
        signer_name?: string
        ip_address?: string
      }
      /** @description values that only owners see */
      withheld: (
        | 'actor'
        | 'subject'
        | 'client_address'
        | 'user_agent'
        | 'created_by'
        | 'title'
        | 'old_title'
        | 'principal'
        | 'signer_email'
        | 'signer_name'
        | 'ip_address'
      )[]
      /** @description values that were erased */
      erased: (
        | 'actor'
        | 'subject'
        | 'client_address'
        | 'user_agent'
        | 'created_by'
        | 'title'
        | 'old_title'
        | 'principal'
        | 'signer_email'
        | 'signer_name'
        | 'ip_address'
      )[]
      /** @description of the entry, which has that of the one before */
      sha256: string
    }
    /**
     * @description someone's role in a document
     * @example {
     *       "principal": "email:bob@example.com",
     *       "role": "reader",
     *       "granted_by": "email:ada@example.com",
     *       "granted_at": "2026-03-01T09:30:00.123456Z"
     *     }
     */
    Grant: {
      /** @description email:ADDRESS in lower case, group:NAME, person:ID, or key:ID of an API key */
      principal: string
      /**
       * @description reader: reads it; editor: also changes and deletes it; owner: also decides who may
       * @enum {string}
       */
      role: 'reader' | 'editor' | 'owner'
      /** @description who gave it; anonymous where nobody needs to log in */
      granted_by: string
      /** Format: date-time */
      granted_at: string
    }
    /**
     * @description the caller of a request
     * @example {
     *       "mode": "required",
     *       "user": {
     *         "id": "019aa1b2-0000-7000-8000-000000000001",
     *         "email": "ada@example.com",
     *         "admin": false
     *       },
     *       "expires_at": "2026-12-06T10:00:00.000Z",
     *       "provider": null
     *     }
     */
    Session: {
      /**
       * @description open: nobody needs to log in
       * @enum {string}
       */
      mode: 'open' | 'required'
      /** @description null: the caller is not known */
      user: {
        /** @description of the person, the subject of the token, or `key:ID` */
        id: string
        email: string
        admin: boolean
      } | null
      /** @description when the credential ends; null: never */
      expires_at: string | null
      /** @description the identity provider by which a browser can log in, at /auth/oidc/login; null: there is none */
      provider: {
        /** @description for people */
        name: string
      } | null
    }
    /**
     * @description the session of the identity provider, which still lasts
     * @example {
     *       "logout_url": "https://login.example.com/session/end?client_id=docmgr"
     *     }
     */
    ProviderLogout: {
      /**
       * Format: uri
       * @description of the identity provider: a browser that opens it ends the session there, too
       */
      logout_url: string
    }
    Person: {
      /** Format: uuid */
      id: string
      /** @description the identity provider that knows them, or docmgr */
      issuer: string
      email: string
      name: string | null
      admin: boolean
      /** @description may read every document */
      auditor: boolean
      /** Format: date-time */
      created_at: string
      /** @description since when nothing of theirs is accepted */
      disabled_at: string | null
    }
    LoginLink: {
      link: string
      /** Format: date-time */
      expires_at: string
    }
    ApiKey: {
      id: string
      name: string
      /** @description of the person for whom it acts */
      email: string
      scopes: ('read' | 'write' | 'admin' | 'create:for-others' | 'sign:for-others')[]
      /** Format: date-time */
      created_at: string
      /** @description null: never */
      expires_at: string | null
      revoked_at: string | null
      /** @description to the minute */
      last_used_at: string | null
    }
    NewApiKey: {
      id: string
      /** @description dk_ID_SECRET, which is returned only now */
      key: string
      /** @description null: never */
      expires_at: string | null
    }
    BrowserSession: {
      id: string
      /** @description the User-Agent that logged in */
      agent: string | null
      /** Format: date-time */
      created_at: string
      /**
       * Format: date-time
       * @description to the minute
       */
      seen_at: string
      /** Format: date-time */
      expires_at: string
      /** @description whether it makes this request */
      current: boolean
    }
    Signature: {
      /**
       * Format: uuid
       * @example 019aa1b2-0000-7000-8000-000000000003
       */
      id: string
      /**
       * Format: uuid
       * @example 019aa1b2-0000-7000-8000-000000000001
       */
      document_id: string
      /**
       * Format: idn-email
       * @example bob@example.com
       */
      signer_email: string
      /** @example Bob */
      signer_name: string
      /**
       * Format: date-time
       * @example 2026-03-01T09:31:00.123456Z
       */
      signed_at: string
      /** @description as it was sent; null in lists unless included */
      signature_data: string | null
      /** @description as the client says; by default client_address */
      ip_address: string | null
      /** @description of the content that was signed, as the service stores it; null for older signatures */
      content_sha256: string | null
      /** @description where the request came from as the service saw it, behind trusted proxies by X-Forwarded-For: evidence, unlike ip_address; null for older signatures */
      client_address: string | null
      /** @description `sub` of the token with which the request was made; null without a token */
      token_subject: string | null
      /** @description who signed for the signer, as an administrator or with an API key; null where the signer did */
      signed_by: string | null
    }
    SearchHit: {
      /**
       * Format: uuid
       * @example 019aa1b2-0000-7000-8000-000000000001
       */
      id: string
      /** @example Lease */
      title: string
      /**
       * @description of the file that the content was, with its folders where the client gave them
       * @example contracts/lease.pdf
       */
      file_name: string | null
      /** @example text/plain */
      content_type: string
      /**
       * @description bytes
       * @example 34
       */
      content_size: number
      /**
       * @example created
       * @enum {string}
       */
      status: 'created' | 'sent' | 'viewed' | 'signed' | 'completed' | 'archived' | 'cancelled'
      /** @example ada@example.com */
      created_by: string
      /**
       * Format: date-time
       * @example 2026-03-01T09:30:00.123456Z
       */
      created_at: string
      /**
       * Format: date-time
       * @example 2026-03-01T09:30:00.123456Z
       */
      updated_at: string
      /**
       * @description starts at 1, grows by one with every change; the ETag of the document
       * @example 1
       */
      version: number
      /** @description higher is better; 0 for matches beyond the ranked ones */
      score: number
      /** @description where the best match is, from 1; null: on no page */
      page: number | null
      /** @description HTML: <em> around the matches, all else escaped */
      highlights: {
        title?: string[]
        content?: string[]
      }
    }
    DeadLetter: {
      /** @description the consumer, and the position of the event or the place of the record */
      id: string
      /** @description what could not process it */
      consumer: string
      /** @description the document that it is about, where that can be known */
      document: string | null
      topic: string
      /** @description of the event; null for a record of Kafka that is no event */
      position: string | null
      /** @description of a record of Kafka that is no event */
      partition: number | null
      /** @description of a record of Kafka that is no event */
      offset: number | null
      /**
       * Format: date-time
       * @description of the last failure
       */
      recorded_at: string
      /** @description at most 1000 characters; `docmgr dead-letters show` has all */
      error: string
      /** @description false: `docmgr dead-letters drop` ends it */
      can_retry: boolean
    }
  }
  responses: {
    /** @description `malformed-request`: Malformed request */
    BadRequest: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:malformed-request",
         *       "title": "Malformed request",
         *       "status": 400,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `headers-too-large`: Request headers too large */
    RequestHeaderFieldsTooLarge: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:headers-too-large",
         *       "title": "Request headers too large",
         *       "status": 431,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `internal`: Internal error. `content-damaged`: Stored content is damaged */
    InternalServerError: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:internal",
         *       "title": "Internal error",
         *       "status": 500,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `forbidden`: Not allowed */
    Forbidden: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:forbidden",
         *       "title": "Not allowed",
         *       "status": 403,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `status-not-allowed`: Status change not allowed. `title-frozen`: Title cannot change any more. `document-not-signable`: Document cannot be signed. `document-not-deletable`: Document cannot be deleted. `last-owner`: A document keeps an owner. `person-disabled`: Person is disabled. `already-signed`: Already signed by this signer. `request-in-progress`: The same request is in progress */
    Conflict: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:status-not-allowed",
         *       "title": "Status change not allowed",
         *       "status": 409,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `validation-failed`: Validation failed. `page-not-drawable`: Page cannot be drawn. `idempotency-key-reused`: Idempotency key was already used */
    UnprocessableEntity: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:validation-failed",
         *       "title": "Validation failed",
         *       "status": 422,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `unauthenticated`: Authentication required */
    Unauthorized: {
      headers: {
        'WWW-Authenticate': components['headers']['WWW-Authenticate']
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:unauthenticated",
         *       "title": "Authentication required",
         *       "status": 401,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `unavailable`: Service unavailable */
    ServiceUnavailable: {
      headers: {
        'Retry-After': components['headers']['Retry-After']
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:unavailable",
         *       "title": "Service unavailable",
         *       "status": 503,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `deadline-exceeded`: Timed out */
    GatewayTimeout: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:deadline-exceeded",
         *       "title": "Timed out",
         *       "status": 504,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `too-many-requests`: Too many requests */
    TooManyRequests: {
      headers: {
        'Retry-After': components['headers']['Retry-After']
        RateLimit: components['headers']['RateLimit']
        'RateLimit-Policy': components['headers']['RateLimit-Policy']
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:too-many-requests",
         *       "title": "Too many requests",
         *       "status": 429,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `request-timeout`: Request too slow */
    RequestTimeout: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:request-timeout",
         *       "title": "Request too slow",
         *       "status": 408,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `payload-too-large`: Request too large */
    PayloadTooLarge: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:payload-too-large",
         *       "title": "Request too large",
         *       "status": 413,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `unsupported-encoding`: Unsupported encoding. `unsupported-media-type`: Unsupported media type */
    UnsupportedMediaType: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:unsupported-encoding",
         *       "title": "Unsupported encoding",
         *       "status": 415,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `misdirected-request`: Not the host of this service */
    MisdirectedRequest: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:misdirected-request",
         *       "title": "Not the host of this service",
         *       "status": 421,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `not-found`: Not found. `document-not-found`: Document not found. `page-not-found`: Page not found. `signature-not-found`: Signature not found */
    NotFound: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:not-found",
         *       "title": "Not found",
         *       "status": 404,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `version-mismatch`: Version mismatch */
    PreconditionFailed: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:version-mismatch",
         *       "title": "Version mismatch",
         *       "status": 412,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
    /** @description `range-not-satisfiable`: Range not satisfiable */
    RangeNotSatisfiable: {
      headers: {
        'Content-Range': components['headers']['Content-Range']
        'X-Request-Id': components['headers']['X-Request-Id']
        [name: string]: unknown
      }
      content: {
        /**
         * @example {
         *       "type": "urn:docmgr:problem:range-not-satisfiable",
         *       "title": "Range not satisfiable",
         *       "status": 416,
         *       "detail": "what happened, and where the request is at fault, what would be right",
         *       "instance": "urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002"
         *     }
         */
        'application/problem+json': components['schemas']['Problem']
      }
    }
  }
  parameters: never
  requestBodies: never
  headers: {
    /** @description ranges that can be requested */
    'Accept-Ranges': 'bytes'
    /** @description RFC 9111 */
    'Cache-Control': string
    /** @description an attachment, with the name of its file (RFC 6266) */
    'Content-Disposition': string
    /** @description which bytes these are (RFC 9110, 14.4) */
    'Content-Range': string
    /** @description the version or the hash, for If-Match and If-None-Match */
    ETag: string
    /** @description true when an earlier request with the same key has done this */
    'Idempotency-Replayed': 'true'
    /** @description the next page, where there is one (RFC 8288) */
    Link: string
    /** @description the path of what was created, or where the browser goes on */
    Location: string
    /** @description what is left of the limits that apply, and for how long (draft-ietf-httpapi-ratelimit-headers-10) */
    RateLimit: string
    /** @description the limits that apply */
    'RateLimit-Policy': string
    /** @description SHA-256 of the whole content (RFC 9530) */
    'Repr-Digest': string
    /** @description seconds after which the request may succeed */
    'Retry-After': number
    /** @description the session, or what a login needs until it ends (RFC 6265) */
    'Set-Cookie': string
    /** @description RFC 6750, 3 */
    'WWW-Authenticate': string
    /** @description with total=true: how many the list has on all pages, at most 10000 */
    'X-Total-Count': number
    /** @description with total=true: false when the list has more than X-Total-Count */
    'X-Total-Is-Exact': 'true' | 'false'
    /** @description identifies the request in the logs; a client may send its own */
    'X-Request-Id': string
  }
  pathItems: never
}
export type $defs = Record<string, never>
export interface operations {
  listDocuments: {
    parameters: {
      query?: {
        skip?: number
        limit?: number
        /** @description from the header Link of the previous page */
        cursor?: string
        sort?: 'created_at' | '-created_at' | 'updated_at' | '-updated_at' | 'title' | '-title'
        /** @description true: the headers X-Total-Count and X-Total-Is-Exact tell how many the list has, counted up to 10000 */
        total?: 'true' | 'false'
        /** @description can be repeated: any of the values */
        title?: string[]
        /** @description can be repeated: any of the values */
        file_name?: string[]
        /** @description can be repeated: any of the values */
        content_type?: string[]
        /** @description can be repeated: any of the values */
        content_sha256?: string[]
        /** @description can be repeated: any of the values */
        status?: ('created' | 'sent' | 'viewed' | 'signed' | 'completed' | 'archived' | 'cancelled')[]
        /** @description can be repeated: any of the values */
        created_by?: string[]
        created_from?: string
        created_to?: string
        /** @description can be repeated: any of the values */
        text_state?: ('pending' | 'indexed' | 'empty' | 'failed')[]
        /** @description can be repeated: any of the values */
        language?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description a page */
      200: {
        headers: {
          Link: components['headers']['Link']
          'X-Total-Count': components['headers']['X-Total-Count']
          'X-Total-Is-Exact': components['headers']['X-Total-Is-Exact']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Document'][]
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  createDocument: {
    parameters: {
      query?: {
        /** @description of a raw body; without it, the file's name, and once its text was read the title that the content gives itself, if any */
        title?: string
        /** @description of a raw body; without it, that of the header Content-Disposition */
        file_name?: string
        /** @description of a raw body */
        created_by?: string
      }
      header?: {
        'Idempotency-Key'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @example Lease */
          title: string
          content: string
          file_name?: string | null
          /**
           * @default text/plain
           * @example text/plain
           */
          content_type?: string
          /**
           * Format: idn-email
           * @example ada@example.com
           */
          created_by: string
        }
        'multipart/form-data': {
          /** Format: binary */
          file: string
          /**
           * @description without it, the file's name, and once its text was read the title that the content gives itself, if any
           * @example Lease
           */
          title?: string
          /** @description without it, that of the file's part */
          file_name?: string | null
          /**
           * @description without it, the file's, or that of its name
           * @example text/plain
           */
          content_type?: string
          /**
           * Format: idn-email
           * @example ada@example.com
           */
          created_by: string
        }
        'application/octet-stream': string
      }
    }
    responses: {
      /** @description the document */
      201: {
        headers: {
          ETag: components['headers']['ETag']
          Location: components['headers']['Location']
          'Idempotency-Replayed': components['headers']['Idempotency-Replayed']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Document']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      408: components['responses']['RequestTimeout']
      409: components['responses']['Conflict']
      413: components['responses']['PayloadTooLarge']
      415: components['responses']['UnsupportedMediaType']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getDocumentTotals: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the totals */
      200: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Totals']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getDocument: {
    parameters: {
      query?: {
        view?: 'true' | 'false'
      }
      header?: {
        /** @description an ETag: 304 while the document has this version */
        'If-None-Match'?: string
      }
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the document */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Document']
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  deleteDocument: {
    parameters: {
      query?: never
      header?: {
        'If-Match'?: string
      }
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description deleted */
      204: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      409: components['responses']['Conflict']
      412: components['responses']['PreconditionFailed']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  updateDocument: {
    parameters: {
      query?: never
      header?: {
        'If-Match'?: string
      }
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @example Lease */
          title?: string
          /** @enum {string} */
          status?: 'created' | 'sent' | 'viewed' | 'signed' | 'completed' | 'archived' | 'cancelled'
        }
      }
    }
    responses: {
      /** @description the document as it is now */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Document']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      408: components['responses']['RequestTimeout']
      409: components['responses']['Conflict']
      412: components['responses']['PreconditionFailed']
      413: components['responses']['PayloadTooLarge']
      415: components['responses']['UnsupportedMediaType']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getDocumentContent: {
    parameters: {
      query?: never
      header?: {
        /** @description the ETag of the content, its SHA-256: 304 when it is the same */
        'If-None-Match'?: string
        /** @description one range of bytes: 206 */
        Range?: string
        /** @description an ETag: the range is for this content, else all of it is sent */
        'If-Range'?: string
      }
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the bytes as they were stored */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          'Accept-Ranges': components['headers']['Accept-Ranges']
          'Content-Disposition': components['headers']['Content-Disposition']
          'Repr-Digest': components['headers']['Repr-Digest']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
          '*/*': unknown
        }
      }
      /** @description the bytes of the range */
      206: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          'Accept-Ranges': components['headers']['Accept-Ranges']
          'Content-Disposition': components['headers']['Content-Disposition']
          'Repr-Digest': components['headers']['Repr-Digest']
          'Content-Range': components['headers']['Content-Range']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
          '*/*': unknown
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      416: components['responses']['RangeNotSatisfiable']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getDocumentText: {
    parameters: {
      query?: {
        q?: string
      }
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the text */
      200: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ExtractedText']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  listDocumentPages: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the pages */
      200: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DocumentPages']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getPagePicture: {
    parameters: {
      query?: {
        /** @description pixels for each point of the page, an inch having 72; an image has at most as many as a page of A4. A very large page has fewer. */
        scale?: number
      }
      header?: {
        /** @description the ETag of the picture: 304 when it is the same */
        'If-None-Match'?: string
        /** @description one range of bytes: 206 */
        Range?: string
        /** @description an ETag: the range is for this picture, else all of it is sent */
        'If-Range'?: string
      }
      path: {
        id: string
        page: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the picture */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          'Accept-Ranges': components['headers']['Accept-Ranges']
          'Content-Disposition': components['headers']['Content-Disposition']
          'Repr-Digest': components['headers']['Repr-Digest']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
          'image/png': string
        }
      }
      /** @description the bytes of the range */
      206: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          'Accept-Ranges': components['headers']['Accept-Ranges']
          'Content-Disposition': components['headers']['Content-Disposition']
          'Repr-Digest': components['headers']['Repr-Digest']
          'Content-Range': components['headers']['Content-Range']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
          'image/png': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      416: components['responses']['RangeNotSatisfiable']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getDocumentStats: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the views */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DocumentStats']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getDocumentPermissions: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description role and actions */
      200: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DocumentPermissions']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  listDocumentHistory: {
    parameters: {
      query?: {
        limit?: number
        /** @description from the header Link of the previous page */
        cursor?: string
      }
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the entries; the header Link names the next page */
      200: {
        headers: {
          Link: components['headers']['Link']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['HistoryEntry'][]
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  listDocumentAccess: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description everyone with a role */
      200: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Grant'][]
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  putDocumentAccess: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
        principal: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          role: 'reader' | 'editor' | 'owner'
        }
      }
    }
    responses: {
      /** @description the role */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Grant']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      408: components['responses']['RequestTimeout']
      409: components['responses']['Conflict']
      413: components['responses']['PayloadTooLarge']
      415: components['responses']['UnsupportedMediaType']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  deleteDocumentAccess: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
        principal: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description they have no role */
      204: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      409: components['responses']['Conflict']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getSession: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description who it is */
      200: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Session']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  createSession: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @example q1Vw0mE5tq2JHkDDoXQ1E2yFhQq8vO0n0i4b2t9v5rE */
          link: string
        }
      }
    }
    responses: {
      /** @description logged in */
      201: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          'Set-Cookie': components['headers']['Set-Cookie']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Session']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      408: components['responses']['RequestTimeout']
      413: components['responses']['PayloadTooLarge']
      415: components['responses']['UnsupportedMediaType']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  deleteSession: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description there is no session here any more, but one at the identity provider that began it */
      200: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          'Set-Cookie': components['headers']['Set-Cookie']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ProviderLogout']
        }
      }
      /** @description there is no session any more */
      204: {
        headers: {
          'Set-Cookie': components['headers']['Set-Cookie']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getProviderLogin: {
    parameters: {
      query?: {
        /** @description the path that is opened after the login */
        to?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the provider's login */
      303: {
        headers: {
          Location: components['headers']['Location']
          'Set-Cookie': components['headers']['Set-Cookie']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
    }
  }
  getProviderCallback: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description logged in */
      303: {
        headers: {
          Location: components['headers']['Location']
          'Set-Cookie': components['headers']['Set-Cookie']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
    }
  }
  listPeople: {
    parameters: {
      query?: {
        limit?: number
        /** @description from the header Link of the previous page */
        cursor?: string
        /** @description true: the headers X-Total-Count and X-Total-Is-Exact tell how many the list has, counted up to 10000 */
        total?: 'true' | 'false'
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description a page */
      200: {
        headers: {
          Link: components['headers']['Link']
          'Cache-Control': components['headers']['Cache-Control']
          'X-Total-Count': components['headers']['X-Total-Count']
          'X-Total-Is-Exact': components['headers']['X-Total-Is-Exact']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Person'][]
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  putPerson: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** Format: idn-email */
          email: string
          name?: string | null
          admin?: boolean
          auditor?: boolean
        }
      }
    }
    responses: {
      /** @description the person */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Person']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      408: components['responses']['RequestTimeout']
      413: components['responses']['PayloadTooLarge']
      415: components['responses']['UnsupportedMediaType']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  updatePerson: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          name?: string | null
          admin?: boolean
          auditor?: boolean
          disabled?: boolean
        }
      }
    }
    responses: {
      /** @description the person as they are now */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Person']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      408: components['responses']['RequestTimeout']
      413: components['responses']['PayloadTooLarge']
      415: components['responses']['UnsupportedMediaType']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  createLoginLink: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the text of the link */
      201: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['LoginLink']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      409: components['responses']['Conflict']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  listKeys: {
    parameters: {
      query?: {
        limit?: number
        /** @description from the header Link of the previous page */
        cursor?: string
        /** @description true: the headers X-Total-Count and X-Total-Is-Exact tell how many the list has, counted up to 10000 */
        total?: 'true' | 'false'
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description a page */
      200: {
        headers: {
          Link: components['headers']['Link']
          'Cache-Control': components['headers']['Cache-Control']
          'X-Total-Count': components['headers']['X-Total-Count']
          'X-Total-Is-Exact': components['headers']['X-Total-Is-Exact']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ApiKey'][]
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  createKey: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          name: string
          /** @description all but read and write are for administrators to give */
          scopes: ('read' | 'write' | 'admin' | 'create:for-others' | 'sign:for-others')[]
          /** @description null: never */
          expires_in_days: number | null
        }
      }
    }
    responses: {
      /** @description the key */
      201: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['NewApiKey']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      408: components['responses']['RequestTimeout']
      413: components['responses']['PayloadTooLarge']
      415: components['responses']['UnsupportedMediaType']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  revokeKey: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description there is no such valid key */
      204: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  listSessions: {
    parameters: {
      query?: {
        limit?: number
        /** @description from the header Link of the previous page */
        cursor?: string
        /** @description true: the headers X-Total-Count and X-Total-Is-Exact tell how many the list has, counted up to 10000 */
        total?: 'true' | 'false'
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description a page */
      200: {
        headers: {
          Link: components['headers']['Link']
          'Cache-Control': components['headers']['Cache-Control']
          'X-Total-Count': components['headers']['X-Total-Count']
          'X-Total-Is-Exact': components['headers']['X-Total-Is-Exact']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BrowserSession'][]
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  endSession: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description there is no such session */
      204: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  listSignatures: {
    parameters: {
      query?: {
        skip?: number
        /** @description by default 100; with signature_data at most 20, and by default */
        limit?: number
        /** @description from the header Link of the previous page */
        cursor?: string
        /** @description true: the headers X-Total-Count and X-Total-Is-Exact tell how many the list has, counted up to 10000 */
        total?: 'true' | 'false'
        include?: 'signature_data'
        /** @description compared without case; can be repeated: any of the values */
        signer_email?: string[]
        /** @description inclusive */
        signed_from?: string
        /** @description exclusive */
        signed_to?: string
        /** @description can be repeated: any of the values */
        document_id?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description newest first; the header Link names the next page */
      200: {
        headers: {
          Link: components['headers']['Link']
          'X-Total-Count': components['headers']['X-Total-Count']
          'X-Total-Is-Exact': components['headers']['X-Total-Is-Exact']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Signature'][]
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  createSignature: {
    parameters: {
      query?: never
      header?: {
        'Idempotency-Key'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /**
           * Format: uuid
           * @example 019aa1b2-0000-7000-8000-000000000001
           */
          document_id: string
          /**
           * Format: idn-email
           * @example bob@example.com
           */
          signer_email: string
          /** @example Bob */
          signer_name: string
          /** @description base64 of an image, with or without a data: prefix, or other text */
          signature_data?: string | null
          /** @description by default client_address, which alone is evidence */
          ip_address?: string | null
          /** @description has no effect: a signature always leads to signed */
          document_status?: string | null
        }
      }
    }
    responses: {
      /** @description the signature */
      201: {
        headers: {
          Location: components['headers']['Location']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /**
             * Format: uuid
             * @example 019aa1b2-0000-7000-8000-000000000003
             */
            id: string
            /**
             * Format: uuid
             * @example 019aa1b2-0000-7000-8000-000000000001
             */
            document_id: string
            /**
             * Format: idn-email
             * @example bob@example.com
             */
            signer_email: string
            /** @example Bob */
            signer_name: string
            /**
             * Format: date-time
             * @example 2026-03-01T09:31:00.123456Z
             */
            signed_at: string
            /** @description as it was sent; null in lists unless included */
            signature_data: string | null
            /** @description as the client says; by default client_address */
            ip_address: string | null
            /** @description of the content that was signed, as the service stores it; null for older signatures */
            content_sha256: string | null
            /** @description where the request came from as the service saw it, behind trusted proxies by X-Forwarded-For: evidence, unlike ip_address; null for older signatures */
            client_address: string | null
            /** @description `sub` of the token with which the request was made; null without a token */
            token_subject: string | null
            /** @description who signed for the signer, as an administrator or with an API key; null where the signer did */
            signed_by: string | null
            /**
             * @description pending: the signature is stored, and its document follows
             * @enum {string}
             */
            document_status: 'signed' | 'pending' | 'refused'
          }
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      408: components['responses']['RequestTimeout']
      409: components['responses']['Conflict']
      413: components['responses']['PayloadTooLarge']
      415: components['responses']['UnsupportedMediaType']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getSignature: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the signature */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Signature']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getSignatureImage: {
    parameters: {
      query?: never
      header?: {
        /** @description the ETag of the image that the client has: 304 when it is this one */
        'If-None-Match'?: string
      }
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the image, of the type found in its bytes */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
          'image/*': unknown
        }
      }
      /** @description the client has it */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  listDocumentSignatures: {
    parameters: {
      query?: {
        skip?: number
        /** @description by default 100; with signature_data at most 20, and by default */
        limit?: number
        /** @description from the header Link of the previous page */
        cursor?: string
        /** @description true: the headers X-Total-Count and X-Total-Is-Exact tell how many the list has, counted up to 10000 */
        total?: 'true' | 'false'
        include?: 'signature_data'
        /** @description compared without case; can be repeated: any of the values */
        signer_email?: string[]
        /** @description inclusive */
        signed_from?: string
        /** @description exclusive */
        signed_to?: string
      }
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description newest first; the header Link names the next page */
      200: {
        headers: {
          Link: components['headers']['Link']
          'X-Total-Count': components['headers']['X-Total-Count']
          'X-Total-Is-Exact': components['headers']['X-Total-Is-Exact']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Signature'][]
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  searchDocuments: {
    parameters: {
      query: {
        /**
         * @description Any text is a query, and what is no operator is literal. At most 200 words.
         *
         *     | example | finds |
         *     |---|---|
         *     | `rent lease` | both words, in any order and form (lease, leases) |
         *     | `rent OR lease` | either; `deposit rent OR lease` is deposit, and rent or lease |
         *     | `"notice period"` | these words in this order |
         *     | `-draft` | not with this word; also -"…", -title:…, -status:… |
         *     | `indemni*` | words that begin so, from two letters |
         *     | `title:lease` | in the title; also title:"…" and title:leas* |
         *     | `status:signed` | of this status; likewise created_by:, content_type:, text_state: and language: |
         */
        q: string
        /** @description can be repeated: any of the values */
        content_type?: string[]
        /** @description can be repeated: any of the values */
        status?: ('created' | 'sent' | 'viewed' | 'signed' | 'completed' | 'archived' | 'cancelled')[]
        /** @description can be repeated: any of the values */
        created_by?: string[]
        /** @description not older than this */
        created_from?: string
        /** @description older than this */
        created_to?: string
        /** @description can be repeated: any of the values */
        text_state?: ('pending' | 'indexed' | 'empty' | 'failed')[]
        /** @description can be repeated: any of the values */
        language?: string[]
        from?: number
        size?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description matches, the best first */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            total: number
            /** @description false: there are more matches than total */
            total_is_exact: boolean
            documents: components['schemas']['SearchHit'][]
            took_ms: number
            from: number
            size: number
          }
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  suggestTitles: {
    parameters: {
      query: {
        q: string
        /** @description can be repeated: any of the values */
        content_type?: string[]
        /** @description can be repeated: any of the values */
        status?: ('created' | 'sent' | 'viewed' | 'signed' | 'completed' | 'archived' | 'cancelled')[]
        /** @description can be repeated: any of the values */
        created_by?: string[]
        /** @description not older than this */
        created_from?: string
        /** @description older than this */
        created_to?: string
        /** @description can be repeated: any of the values */
        text_state?: ('pending' | 'indexed' | 'empty' | 'failed')[]
        /** @description can be repeated: any of the values */
        language?: string[]
        size?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description titles and queries */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            suggestions: string[]
          }
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  countDocumentsByField: {
    parameters: {
      query?: {
        q?: string
        /** @description can be repeated: any of the values */
        content_type?: string[]
        /** @description can be repeated: any of the values */
        status?: ('created' | 'sent' | 'viewed' | 'signed' | 'completed' | 'archived' | 'cancelled')[]
        /** @description can be repeated: any of the values */
        created_by?: string[]
        /** @description not older than this */
        created_from?: string
        /** @description older than this */
        created_to?: string
        /** @description can be repeated: any of the values */
        text_state?: ('pending' | 'indexed' | 'empty' | 'failed')[]
        /** @description can be repeated: any of the values */
        language?: string[]
      }
      header?: never
      path: {
        field: 'content_type' | 'status' | 'created_by' | 'language'
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description values and their numbers of documents */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /** @enum {string} */
            field: 'content_type' | 'status' | 'created_by' | 'language'
            values: {
              key: string
              count: number
            }[]
          }
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getIndexTotals: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the totals */
      200: {
        headers: {
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Totals']
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getWebSocketStats: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the current counts of all processes */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            total_connections: number
            documents_with_subscribers: number
            /** @description whether this process receives changes, from Kafka or otherwise */
            kafka_consumer_running: boolean
          }
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  broadcastToDocument: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          [key: string]: unknown
        }
      }
    }
    responses: {
      /** @description sent */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /** @constant */
            status: 'broadcasted'
            /** Format: uuid */
            document_id: string
            recipients: number
          }
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      408: components['responses']['RequestTimeout']
      413: components['responses']['PayloadTooLarge']
      415: components['responses']['UnsupportedMediaType']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  listDeadLetters: {
    parameters: {
      query?: {
        limit?: number
        /** @description from the header Link of the previous page */
        cursor?: string
        /** @description true: the headers X-Total-Count and X-Total-Is-Exact tell how many the list has, counted up to 10000 */
        total?: 'true' | 'false'
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description a page */
      200: {
        headers: {
          Link: components['headers']['Link']
          'Cache-Control': components['headers']['Cache-Control']
          'X-Total-Count': components['headers']['X-Total-Count']
          'X-Total-Is-Exact': components['headers']['X-Total-Is-Exact']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DeadLetter'][]
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  retryDeadLetter: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          id: string
        }
      }
    }
    responses: {
      /** @description there is no such letter any more */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /**
             * @description settled: it was so before
             * @enum {string}
             */
            status: 'announced' | 'settled'
          }
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      408: components['responses']['RequestTimeout']
      413: components['responses']['PayloadTooLarge']
      415: components['responses']['UnsupportedMediaType']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  streamDocumentEvents: {
    parameters: {
      query?: {
        /** @description the position of a message after which to resume, or `start`; Last-Event-ID counts more */
        last?: string
        /** @description from POST /auth/ticket, for clients that cannot send a header */
        ticket?: string
      }
      header?: {
        /** @description the id of the last event that was received */
        'last-event-id'?: string
      }
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description server-sent events */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/event-stream': unknown
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  streamEvents: {
    parameters: {
      query?: {
        /** @description the position of a message after which to resume, or `start`; Last-Event-ID counts more */
        last?: string
        /** @description from POST /auth/ticket, for clients that cannot send a header */
        ticket?: string
      }
      header?: {
        /** @description the id of the last event that was received */
        'last-event-id'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description server-sent events */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/event-stream': unknown
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  createTicket: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description a ticket */
      201: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            ticket: string
            /** @description seconds */
            expires_in: number
          }
        }
      }
      400: components['responses']['BadRequest']
      401: components['responses']['Unauthorized']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      503: components['responses']['ServiceUnavailable']
      504: components['responses']['GatewayTimeout']
    }
  }
  getAsyncApi: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description AsyncAPI 3.0 */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            [key: string]: unknown
          }
        }
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getDevelopmentToken: {
    parameters: {
      query: {
        user_id: string
        email: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description a token without an administrator's rights */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            access_token: string
            /** @constant */
            token_type: 'bearer'
            user_id: string
            email: string
          }
        }
      }
      400: components['responses']['BadRequest']
      403: components['responses']['Forbidden']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getLiveness: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description alive */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            status: string
            /** @description ok, or why the part does not work */
            checks?: {
              [key: string]: string
            }
            /** @description what an operator should look at although the process can serve */
            remarks?: {
              [key: string]: string
            }
          }
        }
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getReadiness: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description ready */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            status: string
            /** @description ok, or why the part does not work */
            checks?: {
              [key: string]: string
            }
            /** @description what an operator should look at although the process can serve */
            remarks?: {
              [key: string]: string
            }
          }
        }
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
      /** @description not ready */
      503: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            status: string
            /** @description ok, or why the part does not work */
            checks?: {
              [key: string]: string
            }
            /** @description what an operator should look at although the process can serve */
            remarks?: {
              [key: string]: string
            }
          }
        }
      }
    }
  }
  getMetrics: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description metrics */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/plain': string
        }
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getDocs: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the page */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getDocsFile: {
    parameters: {
      query?: never
      header?: {
        /** @description an ETag: 304 while the file is the same */
        'If-None-Match'?: string
      }
      path: {
        file: 'start.js' | 'swagger-ui-bundle.js' | 'swagger-ui.css'
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the file */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/javascript': string
          'text/css': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getDocumentsPage: {
    parameters: {
      query?: never
      header?: {
        /** @description an ETag: 304 while the page is the same */
        'If-None-Match'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the page */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getLoginPage: {
    parameters: {
      query?: never
      header?: {
        /** @description an ETag: 304 while the page is the same */
        'If-None-Match'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the page */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getStatusPage: {
    parameters: {
      query?: never
      header?: {
        /** @description an ETag: 304 while the page is the same */
        'If-None-Match'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the page */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getSettingsPage: {
    parameters: {
      query?: never
      header?: {
        /** @description an ETag: 304 while the page is the same */
        'If-None-Match'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the page */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getKeysPage: {
    parameters: {
      query?: never
      header?: {
        /** @description an ETag: 304 while the page is the same */
        'If-None-Match'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the page */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getPeoplePage: {
    parameters: {
      query?: never
      header?: {
        /** @description an ETag: 304 while the page is the same */
        'If-None-Match'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the page */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getDocumentPage: {
    parameters: {
      query?: never
      header?: {
        /** @description an ETag: 304 while the page is the same */
        'If-None-Match'?: string
      }
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the page */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getSignPage: {
    parameters: {
      query?: never
      header?: {
        /** @description an ETag: 304 while the page is the same */
        'If-None-Match'?: string
      }
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the page */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getConsoleFile: {
    parameters: {
      query?: never
      header?: {
        /** @description an ETag: 304 while the file is the same */
        'If-None-Match'?: string
      }
      path: {
        file: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description the file */
      200: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'text/javascript': string
          'text/css': string
        }
      }
      /** @description not changed */
      304: {
        headers: {
          ETag: components['headers']['ETag']
          'Cache-Control': components['headers']['Cache-Control']
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content?: never
      }
      400: components['responses']['BadRequest']
      404: components['responses']['NotFound']
      421: components['responses']['MisdirectedRequest']
      422: components['responses']['UnprocessableEntity']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
  getOpenApi: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description OpenAPI 3.1 */
      200: {
        headers: {
          RateLimit: components['headers']['RateLimit']
          'RateLimit-Policy': components['headers']['RateLimit-Policy']
          'X-Request-Id': components['headers']['X-Request-Id']
          [name: string]: unknown
        }
        content: {
          'application/json': {
            [key: string]: unknown
          }
        }
      }
      400: components['responses']['BadRequest']
      421: components['responses']['MisdirectedRequest']
      429: components['responses']['TooManyRequests']
      431: components['responses']['RequestHeaderFieldsTooLarge']
      500: components['responses']['InternalServerError']
    }
  }
}
