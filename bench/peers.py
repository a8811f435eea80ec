"""Makes a virtual environment for each peer.    Run: python bench/peers.py .peers"""

import subprocess
import sys
import venv
from pathlib import Path

PEERS = {
    "tensorflow": ["tensorflow", "keras"],
    "keras_jax": ["jax", "keras"],
    "torch": ["torch==2.13.0", "numpy"],
    "sklearn": ["scikit-learn"],
}


def main(folder: Path) -> None:
    for name, packages in PEERS.items():
        place = folder / name
        if not (place / "done").exists():
            venv.create(place, with_pip=True, clear=True)
            subprocess.run([place / "bin/python", "-m", "pip", "install", "--quiet", *packages], check=True)
            (place / "done").touch()
        print(f"{name}: {place}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
