/** Saves folders into the index of the library named on the command line until it is killed; says how far it is. */
import { folder, image, openIndexIn } from './fixture.ts'

const index = openIndexIn(process.argv[2] ?? '')
for (let n = 0; ; n += 1) {
  const images = Array.from({ length: 50 }, (_, i) => image(`${i}.jpg`, { n, i }))
  const { revision } = index.api.saveFolders({ folders: [folder(`f${n % 20}`, images)] })
  process.stdout.write(`${revision}\n`)
}
