"""The intermediate representation: nodes, primitives, gradients and programs.

In:   calls of primitives (`elementwise.add(x, y)`) by ops, which is all that layers, losses and optimizers are made of.
Out:  `Node` graphs, and `Program`, the unit that an engine runs.
Must not know: engines, tensors, layers.

Read in this order: `dtypes`, `node`, `elementwise`, `structural`, `reductions`, `contraction`, `indexing`, `windows`, `random`,
`ordered` (one block a primitive: its shape rule and its gradient rule), `primitives` (the whole table), `grad`, `program`; then
programs inside of programs: `control`, `batching`, `scan`.
"""
