import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DENIED_NAMES, DENIED_PREFIXES, judgeName } from '../../src/environment/deny-list.ts'

const FOLDER = join(import.meta.dirname, 'node-manual')
/** Written by `node-manual/update.mjs`, and the page of the Node that runs this, where it came with one. */
const PAGES = [
  ...readdirSync(FOLDER)
    .filter((file) => file.endsWith('.1'))
    .map((file) => join(FOLDER, file)),
  ...[join(dirname(process.execPath), '../share/man/man1/node.1')].filter((file) => existsSync(file)),
]
const EXEMPT = ['NODE_ENV', 'TZ', 'NO_COLOR', 'FORCE_COLOR']

describe.each(PAGES)('the manual page %s', (file) => {
  const names = readVariables(readFileSync(file, 'utf8'))

  it('names the variables that every Node has had', () => {
    expect(names).toEqual(
      expect.arrayContaining(['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'TZ']),
    )
    expect(names.length).toBeGreaterThan(20)
  })

  it('names nothing that passes, but what is exempt', () => {
    const passing = names.filter((name) => !EXEMPT.includes(name) && judgeName(name) === 'passes')
    expect(passing).toEqual([])
  })
})

describe('the deny list', () => {
  it.each(EXEMPT)('lets %s pass', (name) => {
    expect(judgeName(name)).toBe('passes')
  })

  it.each([
    ...[
      'NPM_TOKEN',
      'NODE_AUTH_TOKEN',
      'GIT_TOKEN',
      'PYTHON_API_KEY',
      'DATABASE_URL',
      'PATH_PREFIX',
      'HOMEPAGE',
    ],
    ...[
      'GITHUB_TOKEN',
      'YARN_NPM_AUTH_TOKEN',
      'CARGO_REGISTRY_TOKEN',
      'SSL_KEY',
      'PROXY_PASSWORD',
      'PERL_TOKEN',
    ],
    ...[
      'JAVA_KEYSTORE_PASSWORD',
      'ENVIRONMENT',
      'ENV_NAME',
      'LOCKERPM_TOKEN',
      'LOCKERS',
      'NODE_CLIENT_SECRET',
      'PM2_SECRET_KEY',
    ],
    ...[
      'RUBY_TOKEN',
      'SHELL_TOKEN',
      'DOTNET_TOKEN',
      'LDAP_PASSWORD',
      'UVICORN_PORT',
      'PAGERDUTY_KEY',
      'EDITOR_KEY',
    ],
  ])('lets the common secret %s pass', (name) => {
    expect(judgeName(name)).toBe('passes')
  })

  it.each([
    ...['LD_PRELOAD', 'LD_LIBRARY_PATH', '_RLD_LIST', 'DYLD_INSERT_LIBRARIES', 'GCONV_PATH', 'RES_OPTIONS'],
    ...[
      'HOSTALIASES',
      'BASH_ENV',
      'ENV',
      'BASHOPTS',
      'SHELLOPTS',
      'BASH_FUNC_ls',
      'PS4',
      'PROMPT_COMMAND',
      'IFS',
    ],
    ...['CDPATH', 'ZDOTDIR', 'NODE_UNIQUE_ID', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'],
    ...['UV_USE_IO_URING', 'SYNCKIT_TIMEOUT', 'npm_config_registry', 'NPM_CONFIG_REGISTRY', 'PYTHONPATH'],
    ...['PYTHONSTARTUP', 'PYTHONHOME', 'PERL5OPT', 'PERL5LIB', 'RUBYOPT', 'RUBYLIB', 'JAVA_TOOL_OPTIONS'],
    ...['JDK_JAVA_OPTIONS', '_JAVA_OPTIONS', 'CLASSPATH', 'DOTNET_STARTUP_HOOKS', 'PHPRC', 'GIT_SSH'],
    ...[
      'GIT_SSH_COMMAND',
      'GIT_CONFIG',
      'GIT_CONFIG_COUNT',
      'GIT_CONFIG_KEY_0',
      'GIT_ASKPASS',
      'GIT_EXEC_PATH',
    ],
    ...['OPENSSL_CONF', 'OPENSSL_MODULES', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'SSLKEYLOGFILE', 'HTTP_PROXY'],
    ...[
      'https_proxy',
      'ALL_PROXY',
      'no_proxy',
      'FTP_PROXY',
      'PATH',
      'HOME',
      'SHELL',
      'TMPDIR',
      'EDITOR',
      'PAGER',
    ],
    ...['BROWSER', 'path', 'Node_Options', 'ld_preload', 'PM2_HOME', 'PM2_NODE_OPTIONS', 'pm_exec_path'],
  ])('denies %s', (name) => {
    expect(judgeName(name)).toBe('denied')
  })

  it.each([...DENIED_NAMES, ...DENIED_PREFIXES.map((prefix) => `${prefix}X`)])(
    'denies %s in any case',
    (name) => {
      const mixed = [...name].map((letter, index) => (index % 2 ? letter : letter.toLowerCase())).join('')
      expect([name, name.toLowerCase(), mixed].map(judgeName)).toEqual(['denied', 'denied', 'denied'])
    },
  )

  it.each(['LUA_INIT_5_4', 'LUA_PATH', 'LUA_CPATH', 'DOTNET_ROOT_X64', 'TS_NODE_PROJECT', 'GIT_SSH_VARIANT'])(
    'denies %s, by how it begins',
    (name) => {
      expect(judgeName(name)).toBe('denied')
    },
  )

  it.each([
    'LOCKER_ENVIRONMENT',
    'LOCKER_ANYTHING',
    'locker_api_base',
    'LOCKERPM_LOADED',
    'lockerpm_loaded',
    'pm2_env',
    'PM2_ENV',
  ])('reserves %s', (name) => {
    expect(judgeName(name)).toBe('reserved')
  })
})

/** In its ENVIRONMENT section the page writes nothing like `A_B` that is no variable. */
function readVariables(page: string): string[] {
  const section = page.slice(page.indexOf('.Sh ENVIRONMENT\n') + 1).split('\n.Sh ')[0] ?? ''
  const text = section.replace(/\\f./g, ' ')
  const entries = [...text.matchAll(/^\.It Ev (\w+)/gm)].map(([, name = '']) => name)
  const mentions = [...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name)
  return [...new Set([...entries, ...mentions])]
}
