"""What every comparison needs: builds, the peers' environments, and what machine it ran on."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PEERS = ROOT / "bench" / "peers"


def say(text):
    print(text, file=sys.stderr, flush=True)


def run_quietly(command, **kwargs):
    """Runs a command and shows its output only if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kwargs)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\n{' '.join(map(str, command))}: exit code {done.returncode}")


def build(preset, target):
    say(f"building {target} ({preset} preset)")
    run_quietly(["cmake", "--preset", preset], cwd=ROOT)
    run_quietly(["cmake", "--build", "--preset", preset, "--target", target], cwd=ROOT)


def virtual_environment(folder, pins, each_alone=False):
    """A virtual environment with what `pins` (a requirements file) names, made anew when that changes; its bin folder.

    With each_alone, a package that cannot be installed here is named and the others are installed.
    """
    stamp = folder / "pins.sha256"
    wanted = hashlib.sha256(pins.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        say(f"installing the peers into {folder.relative_to(ROOT)}")
        shutil.rmtree(folder, ignore_errors=True)
        run_quietly([sys.executable, "-m", "venv", folder])
        install = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
        if not each_alone:
            run_quietly([*install, "-r", pins])
        elif subprocess.run([*install, "-r", pins], capture_output=True).returncode != 0:
            for line in pins.read_text().splitlines():
                if line and not line.startswith("#") and subprocess.run([*install, "--no-deps", line]).returncode != 0:
                    say(f"{line} cannot be installed here")
        stamp.write_text(wanted)
    return folder / "bin"


def machine():
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {"processor": model, "cores": len(os.sched_getaffinity(0)), "kernel": platform.release(),
            "python": platform.python_version(), "load_average_at_start": os.getloadavg()[0]}
