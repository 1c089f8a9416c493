/** A thread that does what the file's name says. */
import { parentPort, threadId } from 'node:worker_threads'
import { serve } from '../../../../shared/lib/call.ts'

serve(parentPort!, {
  hash({ file }: { file: string }) {
    if (file === 'exit') process.exit(0)
    if (file === 'throw') throw new Error('This one throws.')
    if (file === 'wait') return new Promise(() => {})
    if (file === 'crash') setImmediate(crash)
    return file === 'crash' ? new Promise(() => {}) : threadId
  },
})

function crash(): void {
  throw new Error('This one crashes.')
}
