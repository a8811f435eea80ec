"""Three ways to run a Program. Only `graph` lies below; each engine has one rule for each primitive.

- `reference`: NumPy, the definition of what every primitive means, and what evaluates eager expressions.
- `cpu`: the compiler; machine code through LLVM on every core.
"""
