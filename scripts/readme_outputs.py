#!/usr/bin/env python3
"""Write what the README's opening commands really print into README.md and README.zh.md.

usage: scripts/readme_outputs.py      (after `make build`)

Every `$ yutu …` line of a ```console block is run, in order, in a folder with nothing but a link to data/, on a terminal 100 columns wide,
and what it prints takes the place of what stood below it.
"""
import fcntl, os, pathlib, pty, re, struct, subprocess, sys, tempfile, termios

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "release"


def printed(command, folder, locale):
    """What a person would see, without colours; of a progress bar only the end."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    env = {"PATH": f"{PROGRAM}:{os.environ['PATH']}", "LANG": locale, "TERM": "dumb", "NO_COLOR": "1", "HOME": str(folder)}
    # The answer on the terminal, messages (and the progress bar) in a pipe: they come after it.
    process = subprocess.Popen(["sh", "-c", command], cwd=folder, stdout=side, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=env)
    os.close(side)
    out = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        out += part
    said = process.stderr.read()
    if process.wait():
        sys.exit(f"{command}: exit status {process.returncode}\n{said.decode()}")
    return (out.replace(b"\r\n", b"\n") + said).decode().rstrip("\n")


for page, locale in (("README.md", "C.UTF-8"), ("README.zh.md", "zh_CN.UTF-8")):
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "data").symlink_to(ROOT / "data")

        def block(match):
            lines = []
            for line in match[1].split("\n"):
                if line.startswith("$ "):
                    lines.append(line)
                    out = printed(line[2:], folder, locale)
                    lines += [out] if out else []
            return "```console\n" + "\n".join(lines) + "\n```"

        text = re.sub(r"```console\n(.*?)\n```", block, text, flags=re.S)
    path.write_text(text, encoding="utf-8")
    print(page)
