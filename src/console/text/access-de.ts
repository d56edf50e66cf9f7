import type { ACCESS_EN } from './access-en.ts'

/** The texts of the dialog of access, and of roles, in German. */
export const ACCESS_DE: Record<keyof typeof ACCESS_EN, string> = {
  'access.title': 'Zugriff',
  'access.list': 'Wer Zugriff hat',
  'access.own': 'Ihre Rolle',
  'access.role': 'Rolle',
  'access.roleOf': 'Rolle von {name}',
  'access.role.reader': 'Leser',
  'access.role.editor': 'Bearbeiter',
  'access.role.owner': 'Eigentümer',
  'access.may.reader': 'Ein Leser darf lesen und unterschreiben.',
  'access.may.editor': 'Ein Bearbeiter darf auch Titel und Status ändern und löschen.',
  'access.may.owner': 'Ein Eigentümer entscheidet auch, wer Zugriff hat.',
  'access.address': 'E-Mail-Adresse',
  'access.badAddress': 'Geben Sie eine E-Mail-Adresse an, etwa ada@example.com.',
  'access.give': 'Zugriff geben',
  'access.given': '{name} hat jetzt Zugriff: {role}.',
  'access.remove': 'Entfernen',
  'access.removeOf': '{name} entfernen',
  'access.removed': '{name} hat keinen Zugriff mehr.',
  'access.since': 'gegeben von {name}',
  'access.lastOwner':
    'Ein Dokument behält einen Eigentümer. Machen Sie zuerst jemand anderen zum Eigentümer.',
  'access.key': 'API-Schlüssel {id}',
  'access.anonymous': 'jemandem ohne Anmeldung',
  'access.group': 'Gruppe {id}',
  'access.person': 'Person {id}',
  'access.open':
    'Bei diesem Dienst muss sich niemand anmelden, also darf jeder alles. Rollen gelten, sobald eine Anmeldung nötig ist.',
}
