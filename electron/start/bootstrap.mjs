/**
 * Every npm script that runs our code starts here: installs what is missing or stale, then runs the real thing
 * on a Node that is new enough. Plain JavaScript without dependencies, for Node 20 and later; speaks on stderr
 * only, because stdout belongs to the command.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HOME = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const MODULES = join(HOME, 'node_modules')
const STAMP = join(MODULES, '.gleaner-installed')
const BUSY = join(HOME, 'node_modules.installing')
const OWN_NODE = join(MODULES, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const OLDEST_NODE = [22, 22]
const INSTALL_LIMIT_MS = 15 * 60_000

const [, , script, ...args] = process.argv
if (script === undefined) fail('Usage: node bootstrap.mjs SCRIPT [ARGS]')

const wanted = fingerprint()
if (readStamp() !== wanted) await install()
if (isNodeTooOld() && !existsSync(OWN_NODE)) fetchNode()
run(isNodeTooOld() ? OWN_NODE : process.execPath)

function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  for (const name of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(HOME, name)))
  return hash.digest('hex')
}

function readStamp() {
  try {
    return readFileSync(STAMP, 'utf8')
  } catch {
    return ''
  }
}

/** Two commands started at once in a fresh clone must not install over each other: the second one waits. */
async function install() {
  try {
    mkdirSync(BUSY)
  } catch {
    const since = Date.now()
    while (isBusy() && Date.now() - since < INSTALL_LIMIT_MS) await new Promise((done) => setTimeout(done, 500))
    if (readStamp() === wanted) return
    rmSync(BUSY, { recursive: true, force: true })
    mkdirSync(BUSY)
  }
  process.on('SIGINT', () => leave(130))
  try {
    say('Gleaner: installing what is missing, this takes a minute …')
    npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
    if (isNodeTooOld()) fetchNode()
    writeFileSync(STAMP, wanted)
  } finally {
    rmSync(BUSY, { recursive: true, force: true })
  }
}

function isBusy() {
  try {
    return Date.now() - statSync(BUSY).mtimeMs < INSTALL_LIMIT_MS
  } catch {
    return false
  }
}

function fetchNode() {
  say('Gleaner: fetching Node for this project …')
  npm(['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error'])
  if (!existsSync(OWN_NODE))
    fail('Gleaner: could not fetch Node. Install Node 22.22 or newer, or check the network, and try again.')
}

/** Runs npm with its output on stderr; leaves when it fails. */
function npm(words) {
  const cli = process.env.npm_execpath
  const [file, first] = cli ? [process.execPath, [cli]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []]
  const done = spawnSync(file, [...first, ...words], {
    cwd: HOME,
    stdio: ['ignore', 2, 2],
    shell: !cli && process.platform === 'win32',
  })
  if (done.status === 0) return
  rmSync(BUSY, { recursive: true, force: true })
  fail(`Gleaner: "npm ${words[0]}" failed. Check the network and try again; nothing else was changed.`)
}

function isNodeTooOld() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])
}

function run(node) {
  // Compiled code is kept between runs: a command starts in two thirds of the time.
  const env = { NODE_COMPILE_CACHE: join(MODULES, '.cache', 'compile'), ...process.env }
  const child = spawn(node, [join(HOME, script), ...args], { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.removeAllListeners(signal)
    process.on(signal, () => child.kill(signal))
  }
  child.on('error', (error) => fail(`Gleaner: could not start Node: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function leave(code) {
  rmSync(BUSY, { recursive: true, force: true })
  process.exit(code)
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function fail(text) {
  say(text)
  process.exit(1)
}
