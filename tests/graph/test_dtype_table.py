"""The table of dtypes is NumPy's and LLVM's."""

import numpy as np
import pytest

from oribi.graph import dtypes


@pytest.mark.parametrize("dtype", dtypes.TABLE.values(), ids=dtypes.ALL)
def test_a_row_agrees_with_numpy(dtype):
    array = np.dtype(dtype.name)
    kinds = {"f": "float", "i": "signed", "u": "unsigned", "b": "bool"}
    assert dtype.kind == kinds[array.kind]
    assert dtype.itemsize == array.itemsize
    assert dtype.bits == (1 if dtype.kind == "bool" else 8 * array.itemsize)
    assert dtypes.canonical(array) == dtype.name


@pytest.mark.parametrize("dtype", dtypes.TABLE.values(), ids=dtypes.ALL)
def test_llvm_knows_the_type(dtype):
    llvm = pytest.importorskip("llvmlite.binding")
    module = llvm.parse_assembly(f"define {dtype.llvm} @f({dtype.llvm} %x) {{ ret {dtype.llvm} %x }}")
    assert f" {dtype.llvm} @f" in str(module)


def test_what_a_dtype_is_promoted_to_is_there():
    assert {above for dtype in dtypes.TABLE.values() for above in dtype.above} <= {*dtypes.ALL, "int", "float"}
