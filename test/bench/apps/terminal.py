"""Runs a command in the foreground of a pseudo-terminal, as a shell with job control does.

usage: terminal.py ctrl-c|ctrl-z LOG COMMAND...

Types the character once LOG says `ready`. After Ctrl-Z it looks whether the whole group stopped, continues it as
`fg` does, and ends it. Prints one line: how the command stopped and ended.
"""

import os
import pty
import signal
import sys
import time

LIMIT_S = 20


def main():
    key, log, *command = sys.argv[1:]
    shell, terminal = pty.fork()
    if shell == 0:
        run_as_shell(key, log, command)
    drain_until_ready(terminal, log)
    os.write(terminal, b"\x03" if key == "ctrl-c" else b"\x1a")
    text = read_all(terminal)
    os.waitpid(shell, 0)
    print(text.split("ENDING ")[-1].strip() if "ENDING " in text else "hangs")


def run_as_shell(key, log, command):
    """In the session's leader: it must outlive the command, and is not in its group."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    job = os.fork()
    if job == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpgrp())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execvp(command[0], command)
    signal.alarm(LIMIT_S)
    text = ""
    _, status = os.waitpid(job, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        time.sleep(0.2)
        text = "stops, " if state_of(log) == "T" else "stops without its child, "
        os.kill(-job, signal.SIGCONT)
        time.sleep(0.5)
        text += "continues, " if state_of(log) == "S" else "its child stays stopped, "
        os.kill(-job, signal.SIGKILL)
        _, status = os.waitpid(job, 0)
    elif key == "ctrl-z":
        text = "does not stop, "
    if key == "ctrl-c":
        text += signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
    print(f"ENDING {text}", flush=True)
    os._exit(0)


def state_of(log):
    with open(log) as file:
        pid = file.readline().split()[1]
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


def drain_until_ready(terminal, log):
    limit = time.monotonic() + LIMIT_S
    while time.monotonic() < limit:
        if os.path.exists(log) and "ready" in open(log).read():
            return time.sleep(0.2)
        time.sleep(0.02)


def read_all(terminal):
    text = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            return text.decode(errors="replace")
        if not chunk:
            return text.decode(errors="replace")
        text += chunk


main()
