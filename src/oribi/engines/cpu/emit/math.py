"""Vector mathematics: float32 polynomials in place of libm's one-lane-at-a-time functions.

Every function is within 2 ulp of the true value, log1p and logistic within 2.5 (tests/engines/cpu/test_math.py), for normal,
subnormal and infinite arguments; NaN gives NaN. float64 goes to libm lane by lane. The coefficients come from
tools/fit_polynomials.py; the argument reductions are Cody and Waite's ("Software manual for the elementary functions", 1980).
"""

from .llvm import Builder, Value, const, vector_type

EXP = (0.5, 0.16666512191295624, 0.0416661873459816, 0.008369598537683487, 0.0013951717410236597)
LOG = (
    0.3333331048488617,
    -0.24999986588954926,
    0.20002226531505585,
    -0.16669251024723053,
    0.14218658208847046,
    -0.1238434836268425,
    0.11872976273298264,
    -0.11789807677268982,
    0.06915368139743805,
)
TANH = (
    -0.3333333134651184,
    0.13333195447921753,
    -0.053945377469062805,
    0.021692605689167976,
    -0.008156276308000088,
    0.0021227425895631313,
)
SIN = (-0.1666666716337204, 0.008333329111337662, -0.00019839256128761917, 2.7175644845556235e-06)
COS = (0.04166664555668831, -0.0013887305976822972, 2.4431203200947493e-05)
ERF_NEAR = (
    0.12837916612625122,
    -0.37612637877464294,
    0.11283782869577408,
    -0.02686544507741928,
    0.005221074912697077,
    -0.00084847112884745,
    0.00011270544928265736,
    -9.680136827228125e-06,
)
ERF_FAR = (
    0.12844951450824738,
    0.6361798644065857,
    0.10397328436374664,
    -0.02099699340760708,
    0.0015963460318744183,
    0.0006141553167253733,
    -0.00024731026496738195,
    3.9161295717349276e-05,
    -2.480589955666801e-06,
)

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 0.693359375, -2.12194440e-4
SMALLEST_NORMAL = 1.1754943508222875e-38


def f32(value: float) -> Value:
    return const(value, "float32")


def i32(value: int) -> Value:
    return const(value, "int32")


def fma(b: Builder, x: Value, y: Value, z: Value) -> Value:
    return b.intrinsic("fma", x, y, z)


def horner(b: Builder, x: Value, coefficients: tuple[float, ...]) -> Value:
    """c[0] + c[1] x + c[2] x^2 + ..."""
    result = f32(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = fma(b, result, x, f32(coefficient))
    return result


def keep_nan(b: Builder, x: Value, result: Value) -> Value:
    return b.select(b.compare("fcmp uno", x, x), x, result)


def clamp(b: Builder, x: Value, low: float, high: float) -> Value:
    """Between the bounds; NaN becomes the lower one."""
    x = b.select(b.compare("fcmp ogt", x, f32(low)), x, f32(low))
    return b.select(b.compare("fcmp olt", x, f32(high)), x, f32(high))


def power_of_two(b: Builder, n: Value) -> Value:
    """2^n for an int32 n within the exponents of normal numbers."""
    return b.bitcast(b.binary("shl", b.binary("add", n, i32(127)), i32(23)), "float32")


def _reduce_exp(b: Builder, x: Value, low: float, high: float) -> tuple[Value, Value]:
    """x = n ln 2 + r: (n as int32, r)."""
    x = clamp(b, x, low, high)
    n = b.intrinsic("rint", b.binary("fmul", x, f32(LOG2_E)))
    r = fma(b, n, f32(-LN2_HIGH), x)
    return b.cast("fptosi", n, "int32"), fma(b, n, f32(-LN2_LOW), r)


def exp(b: Builder, x: Value) -> Value:
    """2^n (1 + r + r^2 q(r)); scaled in two steps, so that subnormal results round once."""
    n, r = _reduce_exp(b, x, -104.0, 89.0)
    p = fma(b, b.binary("fmul", r, r), horner(b, r, EXP), r)
    p = b.binary("fadd", p, f32(1.0))
    half = b.binary("ashr", n, i32(1))
    p = b.binary("fmul", p, power_of_two(b, half))
    return keep_nan(b, x, b.binary("fmul", p, power_of_two(b, b.binary("sub", n, half))))


def expm1(b: Builder, x: Value) -> Value:
    """2 (h p(r) + (h - 1/2)) with h = 2^(n-1), exact around zero."""
    n, r = _reduce_exp(b, x, -20.0, 89.0)
    p = fma(b, b.binary("fmul", r, r), horner(b, r, EXP), r)
    half = power_of_two(b, b.binary("sub", n, i32(1)))
    result = fma(b, half, p, b.binary("fsub", half, f32(0.5)))
    small = b.compare("fcmp oeq", x, f32(0.0))
    return keep_nan(b, x, b.select(small, x, b.binary("fmul", result, f32(2.0))))


def log(b: Builder, x: Value) -> Value:
    """e ln 2 + log(1 + f), where x = 2^e (1 + f) and 1 + f lies around 1."""
    subnormal = b.compare("fcmp olt", x, f32(SMALLEST_NORMAL))
    scaled = b.select(subnormal, b.binary("fmul", x, f32(2.0**23)), x)
    bits = b.bitcast(scaled, "int32")
    shifted = b.binary("sub", bits, i32(0x3F3504F3))  # the bits of sqrt(1/2)
    e = b.binary("ashr", shifted, i32(23))
    m = b.bitcast(b.binary("sub", bits, b.binary("shl", e, i32(23))), "float32")
    e = b.binary("sub", e, b.select(subnormal, i32(23), i32(0)))
    f, exponent = b.binary("fsub", m, f32(1.0)), b.cast("sitofp", e, "float32")
    square = b.binary("fmul", f, f)
    tail = fma(b, exponent, f32(LN2_LOW), b.binary("fmul", b.binary("fmul", square, f), horner(b, f, LOG)))
    tail = fma(b, square, f32(-0.5), tail)
    result = fma(b, exponent, f32(LN2_HIGH), b.binary("fadd", f, tail))
    result = b.select(b.compare("fcmp oeq", x, f32(float("inf"))), x, result)
    result = b.select(b.compare("fcmp oeq", x, f32(0.0)), f32(float("-inf")), result)
    result = b.select(b.compare("fcmp olt", x, f32(0.0)), f32(float("nan")), result)
    return keep_nan(b, x, result)


def log1p(b: Builder, x: Value) -> Value:
    """log(u) x / (u - 1) with u = 1 + x rounded: the error of u cancels (Kahan)."""
    u = b.binary("fadd", x, f32(1.0))
    unit = b.compare("fcmp oeq", u, f32(1.0))
    below = b.select(unit, f32(1.0), b.binary("fsub", u, f32(1.0)))
    result = b.binary("fmul", log(b, u), b.binary("fdiv", x, below))
    result = b.select(b.compare("fcmp oeq", u, f32(float("inf"))), u, result)
    return keep_nan(b, x, b.select(unit, x, result))


def tanh(b: Builder, x: Value) -> Value:
    """x + x^3 q(x^2) near zero, 1 - 2 / (exp(2 |x|) + 1) beyond."""
    size = b.intrinsic("fabs", x)
    square = b.binary("fmul", x, x)
    near = fma(b, b.binary("fmul", square, x), horner(b, square, TANH), x)
    e = exp(b, b.binary("fadd", size, size))
    far = b.binary("fsub", f32(1.0), b.binary("fdiv", f32(2.0), b.binary("fadd", e, f32(1.0))))
    far = b.intrinsic("copysign", far, x)
    return keep_nan(b, x, b.select(b.compare("fcmp olt", size, f32(0.62)), near, far))


def logistic(b: Builder, x: Value) -> Value:
    """1 / (1 + exp(-x)) with the exponent that cannot overflow."""
    e = exp(b, b.intrinsic("copysign", x, f32(-1.0)))
    top = b.select(b.compare("fcmp oge", x, f32(0.0)), f32(1.0), e)
    return b.binary("fdiv", top, b.binary("fadd", e, f32(1.0)))


def erf(b: Builder, x: Value) -> Value:
    """x + x p(x^2) near zero, 1 - exp(-x - x q(x)) beyond."""
    size = b.intrinsic("fabs", x)
    square = b.binary("fmul", x, x)
    near = fma(b, x, horner(b, square, ERF_NEAR), x)
    t = clamp(b, size, 0.0, 4.1)
    exponent = fma(b, t, horner(b, t, ERF_FAR), t)
    far = b.binary("fsub", f32(1.0), exp(b, b.emit(f"fneg {exponent.typed}", "float32", exponent.lanes)))
    far = b.intrinsic("copysign", far, x)
    return keep_nan(b, x, b.select(b.compare("fcmp olt", size, f32(0.95)), near, far))


def _quadrants(b: Builder, x: Value) -> tuple[Value, Value, Value]:
    """x = n pi/2 + r: (n as int32, r, which lanes are too large for it). Reduced in float64."""
    large = b.compare("fcmp oge", b.intrinsic("fabs", x), f32(2.0**30))
    safe = b.select(b.compare("fcmp olt", b.intrinsic("fabs", x), f32(2.0**30)), x, f32(0.0))
    wide = b.cast("fpext", safe, "float64")
    n = b.intrinsic("rint", b.binary("fmul", wide, const(0.6366197723675814, "float64")))
    r = fma(b, n, const(-1.5707963267948966, "float64"), wide)
    r = fma(b, n, const(-6.123233995736766e-17, "float64"), r)
    return b.cast("fptosi", n, "int32"), b.cast("fptrunc", r, "float32"), large


def _sine(b: Builder, x: Value, name: str, shift: int) -> Value:
    n, r, large = _quadrants(b, x)
    n = b.binary("add", n, i32(shift))
    square = b.binary("fmul", r, r)
    sine = fma(b, b.binary("fmul", square, r), horner(b, square, SIN), r)
    cosine = fma(b, b.binary("fmul", square, square), horner(b, square, COS), fma(b, square, f32(-0.5), f32(1.0)))
    odd = b.compare("icmp ne", b.binary("and", n, i32(1)), i32(0))
    result = b.select(odd, cosine, sine)
    sign = b.binary("shl", b.binary("and", n, i32(2)), i32(30))
    result = b.bitcast(b.binary("xor", b.bitcast(result, "int32"), sign), "float32")
    if shift == 0:
        result = b.select(b.compare("fcmp oeq", x, f32(0.0)), x, result)
    result = b.select(b.compare("fcmp ueq", b.intrinsic("fabs", x), f32(float("inf"))), f32(float("nan")), result)
    return _large_by_libm(b, x, large, result, name)


def _large_by_libm(b: Builder, x: Value, large: Value, result: Value, name: str) -> Value:
    """libm's word for arguments beyond 2^30, where float64 no longer holds the reduction; a branch rarely taken."""
    finite = b.compare("fcmp olt", b.intrinsic("fabs", x), f32(float("inf")))
    large = b.binary("and", large, finite)
    any_large = large
    if large.lanes > 1:
        kind = vector_type("i1", large.lanes)
        b.declare(f"llvm.vector.reduce.or.v{large.lanes}i1", "i1", [kind])
        any_large = b.emit(f"call i1 @llvm.vector.reduce.or.v{large.lanes}i1({large.typed})", "bool", 1)
    slow, end, before = b.fresh_label("slow"), b.fresh_label("end"), b.block
    b.branch_if(any_large, slow, end)
    b.label(slow)
    replaced = b.select(large, b.intrinsic(name, b.select(large, x, f32(0.0))), result)
    b.branch(end)
    b.label(end)
    return b.emit(f"phi {x.type} [ {result.ref}, %{before} ], [ {replaced.ref}, %{slow} ]", "float32", x.lanes)


def sin(b: Builder, x: Value) -> Value:
    return _sine(b, x, "sin", 0)


def cos(b: Builder, x: Value) -> Value:
    return _sine(b, x, "cos", 1)


FLOAT32 = {
    "exp": exp,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "tanh": tanh,
    "logistic": logistic,
    "erf": erf,
    "sin": sin,
    "cos": cos,
}
