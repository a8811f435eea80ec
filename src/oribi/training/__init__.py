"""Training: fit, evaluate and predict.

In:   a model, its loss, metrics and optimizer, and arrays.
Out:  a `Program` of one step, run over all of the data by the cpu engine; metrics; a `History`.
Must not know: how the engine runs a program.

    data      what users pass as x, y and sample_weight -> checked arrays
    step      model + loss + optimizer + metrics -> one traced, compiled step
    loop      steps over rows: slices of a native call, progress, callbacks
    trainer   compile, fit, evaluate, predict
"""
