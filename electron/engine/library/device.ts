/**
 * This library's device id: 128 random bits in `<library>/device`, beside a hash of the machine's own id. A library
 * that was cloned to another machine gets a new id, because two writers must never share a journal file.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { DeviceId } from '../../../shared/domain/ids.ts'
import type { Platform } from '../platform.ts'
import { readText, writeText } from './small-file.ts'

export type Device = { readonly id: DeviceId; readonly name: string }

const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id']

export function loadDevice(directory: string, platform: Platform, machine = machineHash()): Device {
  const file = join(directory, 'device')
  const known = parse(readText(file))
  if (known && known.machine === machine) return { id: known.id, name: known.name }
  const device = { id: platform.randomHex(16), name: hostname() || 'this computer', machine }
  writeText(file, `${JSON.stringify(device, null, 2)}\n`, platform)
  return { id: device.id, name: device.name }
}

function parse(text: string | null): { id: DeviceId; name: string; machine: string } | null {
  try {
    const { id, name, machine } = JSON.parse(text ?? 'null') as Record<string, unknown>
    const isWhole = typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) && typeof machine === 'string'
    return isWhole ? { id, name: String(name), machine } : null
  } catch {
    return null
  }
}

function machineHash(): string {
  for (const file of MACHINE_ID_FILES) {
    try {
      return hash(readFileSync(file, 'utf8').trim())
    } catch {
      continue
    }
  }
  return hash(hostname())
}

function hash(text: string): string {
  return createHash('sha256').update(`gleaner ${text}`).digest('hex').slice(0, 32)
}
