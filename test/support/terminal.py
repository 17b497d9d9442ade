"""Runs a command on a pseudo-terminal of COLUMNS columns and passes on what is typed,
what it shows and its exit code.

    python3 terminal.py COLUMNS COMMAND [ARGUMENT…]

It is a person's terminal wherever the tests run: TERM is xterm and there is no CI. A command
that begins with `env` makes it another.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios

columns = int(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.environ["TERM"] = "xterm"
    os.environ.pop("CI", None)
    os.execvp(sys.argv[2], sys.argv[2:])
watched = [terminal, 0]
while True:
    ready, _, _ = select.select(watched, [], [])
    if 0 in ready:
        typed = os.read(0, 1024)
        if typed:
            os.write(terminal, typed)
        else:
            watched.remove(0)
    if terminal in ready:
        try:
            shown = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not shown:
            break
        os.write(1, shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
