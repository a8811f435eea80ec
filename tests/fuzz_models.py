"""Random models, in oribi and in Keras: prints each disagreement, made small, with the spec that shows it again.

python tests/fuzz_models.py --seed 17          one model
python tests/fuzz_models.py --minutes 60       as many as there is time for, from --first on
python tests/fuzz_models.py --replay spec.json a spec that was printed
"""

import argparse
import collections
import json
import os
import sys
import time
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, help="the model of this seed")
    parser.add_argument("--replay", help="a file with a spec")
    parser.add_argument("--minutes", type=float, default=5, help="how long to go on")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--write", help="a folder for the specs of disagreements")
    parser.add_argument("--whole", action="store_true", help="do not make disagreements smaller")
    options = parser.parse_args()
    if options.replay:
        show(json.loads(Path(options.replay).read_text()), options)
    elif options.seed is not None:
        from tests.fuzz.specs import spec_of

        show(spec_of(options.seed), options)
    else:
        run(options)


def show(spec: dict, options: argparse.Namespace) -> bool:
    """Try one spec; a disagreement is made smaller and printed."""
    import keras

    from tests.fuzz.comparing import tried
    from tests.fuzz.minimising import minimised

    fails = lambda given: tried(keras, given)
    found = fails(spec)
    if found is None:
        print(f"seed {spec['seed']}: agree", flush=True)
        return True
    if not options.whole:
        spec, found = minimised(spec, fails)
    print(f"seed {spec['seed']}: {found[:600]}\n{json.dumps(spec)}", flush=True)
    if options.write:
        folder = Path(options.write)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{spec['seed']}.json").write_text(json.dumps({"found": found, "spec": spec}))
    return False


def run(options: argparse.Namespace) -> None:
    import jax

    from tests.fuzz.specs import spec_of

    began, count, layers = time.monotonic(), 0, collections.Counter()
    bad = []
    while time.monotonic() - began < options.minutes * 60:
        seed = options.first + count
        spec = spec_of(seed)
        layers.update(node["layer"] for node in spec["nodes"] if "layer" in node)
        if not show(spec, options):
            bad.append(seed)
        count += 1
        if count % 50 == 0:
            jax.clear_caches()
            print(
                f"-- {count} models in {(time.monotonic() - began) / 60:.1f} minutes, {len(bad)} disagree: {bad}",
                flush=True,
            )
    print(
        f"{count} models in {(time.monotonic() - began) / 60:.1f} minutes from seed {options.first} on; {len(bad)} disagree: {bad}"
    )
    print("layers:", dict(sorted(layers.items())))


if __name__ == "__main__":
    main()
