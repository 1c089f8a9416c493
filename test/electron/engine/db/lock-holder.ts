/** Holds the lock of the library named on the command line until it is killed. */
import { acquireLock } from '../../../../electron/engine/library/lock.ts'

const lock = acquireLock(process.argv[2] ?? '')
process.stdout.write(lock ? 'held\n' : 'refused\n')
setInterval(() => {}, 1000)
