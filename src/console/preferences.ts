/** What this browser remembers of its reader. A browser that keeps nothing forgets it with the page. */
const memory = new Map<string, string>()

type Name = 'email' | 'name' | 'keys'

export function recall(name: Name): string {
  try {
    return localStorage.getItem(`docmgr.${name}`) ?? ''
  } catch {
    return memory.get(name) ?? ''
  }
}

export function remember(name: Name, value: string): void {
  memory.set(name, value)
  try {
    localStorage.setItem(`docmgr.${name}`, value)
  } catch {
    // Storage is full or switched off.
  }
}
