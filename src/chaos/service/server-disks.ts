import { join } from 'node:path'
import { openSmallDisk, type SmallDisk } from './small-disk.ts'

/** The servers that keep what they know on a disk. */
const STORING = ['postgres', 'redis', 'minio', 'kafka', 'elasticsearch']

/** A small disk for each server of a stack that has not started yet; a string says why there are none. */
export function openServerDisks(data: string): SmallDisk[] | string {
  const disks: SmallDisk[] = []
  for (const name of STORING) {
    const disk = openSmallDisk(join(data, name))
    if (typeof disk === 'string') return disk
    disks.push(disk)
  }
  return disks
}
