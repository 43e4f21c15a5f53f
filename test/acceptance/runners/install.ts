/** jest, pm2, tsx and vitest, at the versions of `package-lock.json`, for all tests of a file. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import type { Machine } from '../machine.ts'

/** Programs that start an application in their own way. */
export class Runners {
  readonly #folder = mkdtempSync(join(tmpdir(), 'lockerpm-runners-'))

  /** To be awaited before anything else is called. */
  async install(): Promise<void> {
    for (const file of ['package.json', 'package-lock.json']) {
      cpSync(join(import.meta.dirname, file), join(this.#folder, file))
    }
    const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
    await execa('npm', ['ci', ...flags], { cwd: this.#folder })
  }

  /**
   * Puts them into a folder above the one where the user works, where Node looks for modules as well.
   *
   * @returns the PATH by which they are found
   */
  lend({ folder, env }: Machine): string {
    const modules = join(dirname(folder), 'node_modules')
    symlinkSync(join(this.#folder, 'node_modules'), modules)
    return `${env['PATH']}:${join(modules, '.bin')}`
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
