"""How functions are compiled, and the one instruction that Numba has no name for."""

from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call; keep what was compiled on disk where there is a place to."""
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)


@intrinsic
def prefetch(_context: Any, array: Any, _place: Any) -> Any:
    """Tell the processor that an array will be read at a place; it is no error when that lies beyond the end."""
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        instruction = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(instruction, [address, number(0), number(3), number(1)])
        return context.get_dummy_value()
    return types.void(array, types.int64), generate
