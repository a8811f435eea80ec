"""run: LLVM text -> machine code (`jit`), kept on disk (`cache`), called on arrays (`executable`) by a team of threads (`team`), of
as many as turn out to be best (`pace`)."""
