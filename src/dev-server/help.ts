/** The text of `--help`. */
import { FAULT_HELP } from './fault.ts'

/** What `--help` prints, with its last newline. */
export const HELP = `locker-dev: a local Locker Secrets server, for development, demos, CI and tests

  locker-dev [options] -- command [args...]   runs the command against a server of its own, and stops with it
  locker-dev [options]                        prints the credentials as export lines, serves until interrupted

  --seed FILE.json           {"environments": [{"name", "externalUrl", "description"?}],
                              "secrets": [{"key", "value", "environment"?, "description"?}]}
  --seed [ENVIRONMENT=]FILE  dotenv lines into that environment, or into ALL; may be repeated, later ones win
  --data FILE                keeps everything, access keys included, in FILE (mode 0600), and starts from it;
                             with --https, its authority's certificate in FILE.ca.pem
  --port N                   default: a free one
  --host ADDRESS             default: 127.0.0.1
  --https                    a certificate of its own authority, for 127.0.0.1, ::1, localhost and ADDRESS
  --log FILE                 adds a line for each request: method, path with query, status, milliseconds
  --max-page-size N          the largest page that is served; default: 2000
  --rate-limit N/SECONDS     so many requests in so many seconds for each access key; then 429
  --fault SPEC               what goes wrong; may be repeated
  --version, --help

The command gets LOCKER_API_BASE, LOCKER_ACCESS_KEY_ID and LOCKER_SECRET_ACCESS_KEY (with --https also
LOCKER_CA_FILE), and NO_PROXY for the server's host. The exit status is the command's own, 128+N when
signal N ended it, 127 when there is no such command, 126 when it can't be run, 125 for a failure of locker-dev.

Faults: ${FAULT_HELP}
`
