"""Files of an enemy: the published holes of this kind of software, each tried."""

import base64
import json
import marshal
import os
import struct
import sys
import zipfile
import zlib

import h5py
import numpy as np
import pytest

import oribi
from oribi import layers, saving


def model():
    net = oribi.Sequential([layers.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)])
    net.compile("adam", "mse")
    return net


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.keras"
    model().save(path)
    return path


def altered(good, path, config=None, weights=None, members=()):
    """A copy of a file with another config, other weights, or more members."""
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            given = {"config.json": config, "model.weights.h5": weights}.get(name)
            target.writestr(name, source.read(name) if given is None else given)
        for name, data in members:
            target.writestr(name, data)
    return path


def with_layer(good, path, entry):
    """A copy of a file whose config has one more layer."""
    with zipfile.ZipFile(good) as source:
        config = json.loads(source.read("config.json"))
    config["config"]["layers"].append(entry)
    return altered(good, path, json.dumps(config))


def code_of(function):
    return base64.encodebytes(marshal.dumps(function.__code__)).decode()


# --- code in files (CVE-2024-3660, CVE-2025-8747, CVE-2025-9905) ------------------------------------------------------


def evil(x):
    import os

    os.environ["ORIBI_WAS_HERE"] = "1"
    return x


LAMBDAS = [
    {"class_name": "__lambda__", "config": {"code": code_of(evil), "defaults": None, "closure": None}},
    {"class_name": "__lambda__", "config": {"value": [code_of(evil), None, None]}},
    [code_of(evil), None, None],
]


@pytest.mark.parametrize("function", LAMBDAS)
def test_code_in_a_file_is_not_run(good, tmp_path, function, monkeypatch):
    monkeypatch.delenv("ORIBI_WAS_HERE", raising=False)
    entry = {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "l", "function": function}}
    path = with_layer(good, tmp_path / "evil.keras", entry)
    with pytest.raises(ValueError, match="code of a Python lambda"):
        saving.load_model(path)
    for bad in ({"safe_mode": False}, {"config": {**entry["config"], "safe_mode": False}}):
        with pytest.raises(ValueError, match=r"code of a Python lambda|safe_mode"):
            saving.load_model(with_layer(good, tmp_path / "evil.keras", {**entry, **bad}))
    assert "ORIBI_WAS_HERE" not in os.environ
    with pytest.warns(UserWarning, match="running code"):
        saving.load_model(path, safe_mode=False)
    del os.environ["ORIBI_WAS_HERE"]
    with pytest.raises(ValueError, match="code of a Python lambda"):  # the permission was for that call
        saving.load_model(path)


def test_code_in_the_files_of_keras_2_is_not_run(tmp_path, monkeypatch):
    monkeypatch.delenv("ORIBI_WAS_HERE", raising=False)
    entry = {"class_name": "Lambda", "config": {"name": "l", "function": LAMBDAS[2], "function_type": "lambda"}}
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [entry]}}
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.create_group("model_weights").attrs["layer_names"] = []
    with pytest.raises(ValueError, match="code of a Python lambda"):
        saving.load_model(tmp_path / "m.h5")
    assert "ORIBI_WAS_HERE" not in os.environ


# --- imports by name (CVE-2025-1550, CVE-2025-9906) -------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
        {"module": "antigravity", "class_name": "Anything", "config": {}},
        {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "eval"},
        {"module": "builtins", "class_name": "exec", "config": {}},
        {"module": "keras.config", "class_name": "function", "config": "enable_unsafe_deserialization"},
        {"module": "keras.utils", "class_name": "function", "config": "get_file"},
        {"module": "keras.models", "class_name": "function", "config": "load_model"},
        {"module": "oribi.saving", "class_name": "load_model", "config": {"filepath": "/etc/passwd"}},
        {"module": "oribi.config.scopes", "class_name": "trusting_code", "config": {"trusted": True}},
        {"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}},
        {"module": "keras.layers", "class_name": "TextVectorization", "config": {"vocabulary": "http://example.com"}},
        {"class_name": "__class__", "config": {}},
        {"class_name": "from_config", "config": {}},
    ],
)
def test_only_known_classes_are_made(good, tmp_path, names):
    before = set(sys.modules)
    path = with_layer(good, tmp_path / "evil.keras", names)
    with pytest.raises(
        ValueError, match=r"evil\.keras has a config that makes no model: .*(unknown layer|not oribi's own)"
    ):
        saving.load_model(path)
    assert "antigravity" not in set(sys.modules) - before


@pytest.mark.parametrize("place", ["kernel_initializer", "activation", "kernel_regularizer", "name", "dtype"])
def test_arguments_name_no_functions_either(good, tmp_path, place):
    for value in (
        {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
        {"module": "subprocess", "class_name": "Popen", "config": {"args": "true"}},
        {"class_name": "__lambda__", "config": {"code": code_of(evil)}},
    ):
        entry = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 2, place: value}}
        with pytest.raises(ValueError, match=r"evil\.keras has a config that makes no model"):
            saving.load_model(with_layer(good, tmp_path / "evil.keras", entry))
    assert "ORIBI_WAS_HERE" not in os.environ


def test_compile_arguments_name_no_functions(good, tmp_path):
    with zipfile.ZipFile(good) as source:
        config = json.loads(source.read("config.json"))
    for key, value in (
        ("loss", {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}),
        ("metrics", [{"module": "os", "class_name": "system", "config": {"command": "true"}}]),
        ("optimizer", {"module": "subprocess", "class_name": "Popen", "config": {"args": "true"}}),
    ):
        evil_config = {**config, "compile_config": {**config["compile_config"], key: value}}
        with pytest.raises(ValueError, match="not oribi's own"):
            saving.load_model(altered(good, tmp_path / "evil.keras", json.dumps(evil_config)))


def test_what_the_user_registered_may_be_named(good, tmp_path):
    class Twice(layers.Layer):
        def call(self, inputs):
            return inputs * 2

    entry = {"module": "their.code", "class_name": "Twice", "config": {"name": "t"}, "registered_name": "Custom>Twice"}
    path = with_layer(good, tmp_path / "custom.keras", entry)
    with pytest.raises(ValueError, match=r"'Twice' of 'their\.code', which is not oribi's own: register it"):
        saving.load_model(path)
    assert isinstance(saving.load_model(path, custom_objects={"Twice": Twice}).layers[-1], Twice)
    with saving.custom_object_scope({"Custom>Twice": Twice}):
        assert isinstance(saving.load_model(path).layers[-1], Twice)
    with pytest.raises(ValueError, match="register it"):
        saving.load_model(path)


# --- archives (CVE-2025-12060, bombs) ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../up.txt", "/etc/absolute", "a/../../b", "..\\windows", "c:/drive"])
def test_members_stay_in_the_archive(good, tmp_path, name):
    with pytest.raises(ValueError, match="leads out of the archive"):
        saving.load_model(altered(good, tmp_path / "evil.keras", members=[(name, "x")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(good, tmp_path):
    with pytest.raises(ValueError, match="two members of one name"):
        saving.load_model(altered(good, tmp_path / "evil.keras", members=[("config.json", "{}")]))


def test_bombs_are_not_unpacked(good, tmp_path):
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * 50_000_000)
    with pytest.raises(ValueError, match=r"bomb\.keras says that 'config\.json' grows from"):
        saving.load_model(path)


def test_overlapping_members_are_refused(good, tmp_path):
    data = bytearray(good.read_bytes())
    at = data.rindex(b"PK\x01\x02")  # the last entry of the table of contents: let it start where the first one does
    struct.pack_into("<I", data, at + 42, 0)
    path = tmp_path / "evil.keras"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"evil\.keras"):
        saving.load_model(path)


# --- HDF5 -------------------------------------------------------------------------------------------------------------


def replaced(path, make):
    """A weights file whose first kernel is made by `make(group)`."""
    model().save_weights(path)
    with h5py.File(path, "r+") as file:
        group = file["layers/dense/vars"]
        del group["0"], group.attrs["crc32"]
        make(group)
    return path


def test_links_to_other_files_are_not_followed(tmp_path):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["data"] = np.ones((4, 3), "float32")
    raw = tmp_path / "secret.bin"
    raw.write_bytes(b"x" * 48)

    def external(group):
        group["0"] = h5py.ExternalLink(str(secret), "/data")

    def soft(group):
        group["0"] = h5py.SoftLink("/layers/dense_1/vars/0")

    def virtual(group):
        layout = h5py.VirtualLayout((4, 3), "float32")
        layout[:] = h5py.VirtualSource(str(secret), "data", (4, 3))
        group.create_virtual_dataset("0", layout)

    def storage(group):
        group.create_dataset("0", (4, 3), "float32", external=[(str(raw), 0, 48)])

    for make, words in (
        (external, "ExternalLink"),
        (soft, "SoftLink"),
        (virtual, "in another file"),
        (storage, "in another file"),
    ):
        net = model()
        before = net.get_weights()
        with pytest.raises(ValueError, match=words):
            net.load_weights(replaced(tmp_path / "evil.weights.h5", make))
        assert all((a == b).all() for a, b in zip(net.get_weights(), before, strict=True))


def test_arrays_that_claim_more_than_is_there_are_not_read(tmp_path):
    def empty(group):
        group.create_dataset("0", (2**40, 3), "float32", chunks=(1024, 3), compression="gzip")

    with pytest.raises(ValueError, match=r"evil\.weights\.h5 .*bytes, and holds 0"):
        model().load_weights(replaced(tmp_path / "evil.weights.h5", empty))

    def strings(group):
        group["0"] = np.array([b"text"] * 12, "S4").reshape(4, 3)

    with pytest.raises(ValueError, match="which is no number"):
        model().load_weights(replaced(tmp_path / "evil.weights.h5", strings))


@pytest.mark.parametrize("units", [10**9, 10**18, -1, 2**63, 1e400])
def test_a_config_takes_no_more_memory_than_its_weights_fill(good, tmp_path, units):
    entry = {"module": "keras.layers", "class_name": "Dense", "config": {"units": units}}
    with pytest.raises(ValueError, match=r"evil\.keras has a config that makes no model"):
        saving.load_model(with_layer(good, tmp_path / "evil.keras", entry))


# --- shapes of configs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [150, 2000, 200_000])
def test_deep_configs_are_refused(good, tmp_path, depth):
    config = '{"class_name": "Sequential", "config": ' + '{"a": ' * depth + "1" + "}" * depth + "}"
    with pytest.raises(ValueError, match="too deep"):
        saving.load_model(altered(good, tmp_path / "evil.keras", config))


def test_cyclic_and_incomplete_graphs_are_refused(good, tmp_path):
    tensor = lambda name: {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}
    entry = lambda name, before: {
        "module": "keras.layers",
        "class_name": "Dense",
        "name": name,
        "config": {"units": 2, "name": name},
        "inbound_nodes": [{"args": [tensor(before)], "kwargs": {}}],
    }
    graph = {
        "name": "m",
        "layers": [entry("a", "b"), entry("b", "a")],
        "input_layers": ["a", 0, 0],
        "output_layers": ["b", 0, 0],
    }
    config = json.dumps({"module": "keras", "class_name": "Functional", "config": graph})
    with pytest.raises(ValueError, match="incomplete"):
        saving.load_model(altered(good, tmp_path / "evil.keras", config))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "1",
        '"x"',
        "{",
        '{"class_name": 3}',
        '{"class_name": "Sequential", "config": []}',
        "\udcff",
        "NaN",
    ],
)
def test_configs_that_are_none(good, tmp_path, text):
    with pytest.raises(ValueError, match=r"evil\.keras has a config"):
        saving.load_model(altered(good, tmp_path / "evil.keras", text.encode("utf8", "surrogateescape")))


# --- damage -----------------------------------------------------------------------------------------------------------


def test_truncated_files_say_so(good, tmp_path):
    data, path = good.read_bytes(), tmp_path / "cut.keras"
    for size in (0, 1, 30, 100, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:size])
        with pytest.raises(ValueError, match=r"cut\.keras (is no whole zip|has)"):
            saving.load_model(path)
    weights = tmp_path / "cut.weights.h5"
    model().save_weights(weights)
    data = weights.read_bytes()
    for size in (0, 8, 500, len(data) // 2, len(data) - 100):
        weights.write_bytes(data[:size])
        with pytest.raises(ValueError, match=r"cut\.weights\.h5"):
            model().load_weights(weights)


def test_a_flipped_bit_of_the_numbers_is_noticed(tmp_path):
    path, net = tmp_path / "m.weights.h5", model()
    net.save_weights(path)
    kernel = net.layers[0].get_weights()[0].tobytes()
    data = bytearray(path.read_bytes())
    at = data.index(kernel)
    data[at + 5] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match="do not have the checksums"):
        model().load_weights(path)
    saved = tmp_path / "m.keras"
    net.save(saved)
    data = bytearray(saved.read_bytes())
    data[data.index(kernel) + 5] ^= 1
    saved.write_bytes(data)
    with pytest.raises(ValueError, match=r"m\.keras has a damaged model\.weights\.h5"):
        saving.load_model(saved)
    assert zlib.crc32(b"") == 0


def test_missing_files_and_other_endings_say_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        saving.load_model(tmp_path / "none.keras")
    (tmp_path / "m.pkl").write_bytes(b"x")
    with pytest.raises(ValueError, match=r"\.keras and \.h5"):
        saving.load_model(tmp_path / "m.pkl")
    with pytest.raises(ValueError, match=r"end in \.keras"):
        model().save(tmp_path / "m.pkl")
    with pytest.raises(ValueError, match=r"\.weights\.h5 or \.safetensors"):
        model().save_weights(tmp_path / "m.h5")


@pytest.mark.parametrize(
    "entries",
    [
        [
            {"class_name": "RepeatVector", "config": {"n": 10**7}},
            {"class_name": "SimpleRNN", "config": {"units": 1, "unroll": True}},
        ],
        [
            {"class_name": "Reshape", "config": {"target_shape": [1, 2, 1]}},
            {"class_name": "UpSampling2D", "config": {"size": [1, 10**9], "interpolation": "bilinear"}},
        ],
    ],
    ids=["unroll", "interpolation"],
)
def test_a_short_config_takes_no_long_work(good, tmp_path, entries):
    with zipfile.ZipFile(good) as source:
        config = json.loads(source.read("config.json"))
    config["config"]["layers"] += [{"module": "keras.layers", **entry} for entry in entries]
    with pytest.raises(ValueError, match=r"at most|too many"):
        saving.load_model(altered(good, tmp_path / "evil.keras", json.dumps(config)))
