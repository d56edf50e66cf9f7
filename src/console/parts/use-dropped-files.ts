import { useEffect, useState } from 'preact/hooks'
import { t } from '../text/catalogue.ts'
import { notify } from './toasts.tsx'

/** Hidden files, such as .DS_Store, which a person does not see in the folder. */
const isHidden = ({ name }: { name: string }): boolean => name.startsWith('.')

/** Whether files are being dragged over the page. @param onFiles gets what was dropped, folders with all that is in them */
export function useDroppedFiles(onFiles: (files: File[]) => void): boolean {
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true
    const onDragOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const onDragLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = async (event: DragEvent): Promise<void> => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(false)
      // The entries are gone once this handler has returned.
      const entries = [...event.dataTransfer!.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
      const files = (await Promise.all(entries.map(filesOf))).flat()
      if (files.length > 0) onFiles(files)
      else notify(t('upload.nothing'))
    }
    addEventListener('dragover', onDragOver)
    addEventListener('dragleave', onDragLeave)
    addEventListener('drop', onDrop)
    return () => {
      removeEventListener('dragover', onDragOver)
      removeEventListener('dragleave', onDragLeave)
      removeEventListener('drop', onDrop)
    }
  }, [])
  return isOver
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (isHidden(entry)) return []
  if (entry.isFile)
    return new Promise((resolve) =>
      (entry as FileSystemFileEntry).file(
        (file) => resolve([file]),
        () => resolve([]),
      ),
    )
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const files: File[] = []
  // A reader gives at most 100 entries each time, and none at the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    )
    if (entries.length === 0) return files
    for (const one of entries) files.push(...(await filesOf(one)))
  }
}

/** The files of an input, without hidden ones. */
export const chosenFiles = (input: HTMLInputElement): File[] =>
  [...(input.files ?? [])].filter((file) => !isHidden(file))
