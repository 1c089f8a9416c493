import { expect, test } from 'vitest'
import { createBus } from '../../../../electron/engine/events/bus.ts'
import { createJobs } from '../../../../electron/engine/jobs/jobs.ts'

test('work is listed with its progress, told to the bus, and taken off at its end', () => {
  const bus = createBus()
  const told: unknown[] = []
  bus.listen((event) => void told.push(event))
  const jobs = createJobs(bus)
  const job = jobs.start({ kind: 'scan', title: 'Scanning' })
  job.update(3, 10)
  const [listed] = jobs.list()
  expect(listed).toMatchObject({ kind: 'scan', title: 'Scanning', done: 3, total: 10 })
  job.end()
  expect(jobs.list()).toEqual([])
  expect(told).toHaveLength(3)
  expect(told.at(-1)).toEqual({ kind: 'jobs', jobs: [] })
})

test('cancelling reaches the work; closing also reaches what is started later', () => {
  const jobs = createJobs(createBus())
  const [one, two] = [jobs.start({ kind: 'scan', title: 'One' }), jobs.start({ kind: 'verify', title: 'Two' })]
  expect(jobs.cancel(jobs.list()[0]!.id)).toBe(true)
  expect([one.signal.aborted, two.signal.aborted]).toEqual([true, false])
  expect(jobs.cancel('job-unknown')).toBe(false)
  jobs.close()
  expect(two.signal.aborted).toBe(true)
  expect(jobs.start({ kind: 'scan', title: 'Late' }).signal.aborted).toBe(true)
})
